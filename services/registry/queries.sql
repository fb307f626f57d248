-- name: find_subjects
-- Dates go out as text and times as ms: a date beyond what JavaScript can hold must not break a press.
select
  d.id as "deviceId", d.kind, d.can, d.power, d.lane, d.adapter, d.disabled_at is not null as disabled,
  d.placed_in as "placedIn", d.online, (extract(epoch from d.seen_at) * 1000)::float8 as "seenAt", d.battery,
  d.heartbeat_s as "heartbeatS", d.resident_id as wearer,
  case when h.id is not null then json_build_object(
    'id', h.id, 'address', h.address, 'lat', coalesce(h.lat, b.lat), 'lon', coalesce(h.lon, b.lon),
    'regionId', h.region_id, 'regionPath', h.region_path) end as household,
  (
    select json_agg(json_build_object(
      'id', r.id, 'name', r.name, 'sex', r.sex, 'born', r.born::text, 'status', r.status,
      'formOfAddress', r.form_of_address, 'livesAlone', coalesce(c.lives_alone, false), 'hearing', c.hearing,
      'dialect', c.dialect, 'conditions', coalesce(c.conditions, '{}'), 'mobility', c.mobility,
      'powerDependent', coalesce(c.power_dependent, false)
    ) order by r.status in ('moved', 'died'), r.born, r.id)
    from resident r
    left join care_profile c on c.resident_id = r.id
    where r.household_id = h.id
  ) as residents
from unnest($1::text[]) asked (id)
join device d on d.id = asked.id
left join resident w on w.id = d.resident_id
left join household h on h.id = coalesce(w.household_id, d.household_id)
left join building b on b.id = h.building_id;

-- name: region_names
select id, level, name, path from region where path = any ($1::text[]);

-- name: grids_around
select id, name, path, polygon
from region
where level = 'grid'
  and box(point(max_lon, max_lat), point(min_lon, min_lat)) @> box(point($1, $2), point($1, $2))
order by path;

-- name: gateway_credentials
select username, secret_hash as "secretHash", topics from gateway where disabled_at is null order by username;

-- name: gateway_credential
select username, secret_hash as "secretHash", topics from gateway where username = $1 and disabled_at is null;

-- name: device_credentials
select id, lane, secret_hash as "secretHash"
from device
where id > $1 and disabled_at is null and secret_hash is not null
order by id
limit $2;

-- name: device_credential
select id, lane, secret_hash as "secretHash" from device where id = $1 and disabled_at is null and secret_hash is not null;

-- name: set_presence
with change as (
  select c.*, to_timestamp(c.at / 1000) as changed_at, to_timestamp(c."heardAt" / 1000) as heard_at
  from jsonb_to_recordset($1::jsonb) as c (
    id text, online boolean, at float8, "heardAt" float8, battery real, can text[], kind text, power text, firmware text)
), was as (
  select d.id, d.online, d.online_since, d.seen_at, h.region_path
  from device d
  left join resident w on w.id = d.resident_id
  left join household h on h.id = coalesce(w.household_id, d.household_id)
  where d.id in (select id from change)
  order by d.id
  for no key update of d
), done as (
  update device d set
    online = c.online,
    online_since = case when w.online <> c.online or w.online_since is null then c.changed_at else w.online_since end,
    seen_at = greatest(w.seen_at, coalesce(c.heard_at, case when c.online then c.changed_at end)),
    battery = coalesce(c.battery, d.battery),
    can = coalesce(c.can, d.can),
    kind = coalesce(c.kind, d.kind),
    power = coalesce(c.power, d.power),
    firmware = coalesce(c.firmware, d.firmware)
  from change c
  join was w on w.id = c.id
  where d.id = c.id and c.changed_at >= coalesce(greatest(w.online_since, w.seen_at), '-infinity')
  returning d.id, d.online, w.online as was_online, w.region_path
)
select id, online, region_path as "regionPath" from done where online <> was_online order by id;

-- name: adapter_devices
select adapter_name as name, id as "deviceId", settings
from device
where adapter = $1 and adapter_name is not null and disabled_at is null;
