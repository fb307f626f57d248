-- name: find_subjects
-- Dates go out as text and times as ms: a date beyond what JavaScript can hold must not break a press.
select
  d.id as "deviceId", d.kind, d.can, d.power, d.lane, d.adapter, d.disabled_at is not null as disabled,
  d.placed_in as "placedIn", d.online, (extract(epoch from d.seen_at) * 1000)::float8 as "seenAt", d.battery,
  d.heartbeat_s as "heartbeatS", d.resident_id as wearer,
  case when h.id is not null then json_build_object(
    'id', h.id, 'address', h.address, 'lat', coalesce(h.lat, b.lat), 'lon', coalesce(h.lon, b.lon),
    'regionId', h.region_id, 'regionPath', g.path) end as household,
  (
    select json_agg(json_build_object(
      'id', r.id, 'name', r.name, 'sex', r.sex, 'born', r.born::text, 'status', r.status,
      'formOfAddress', r.form_of_address, 'livesAlone', coalesce(c.lives_alone, false), 'hearing', c.hearing,
      'dialect', c.dialect, 'conditions', coalesce(c.conditions, '{}'), 'mobility', c.mobility,
      'powerDependent', coalesce(c.power_dependent, false)
    ) order by r.status in ('moved', 'died'), r.born, r.id)
    from resident r
    left join care_profile c on c.resident_id = r.id
    where r.household_id = h.id and r.removed_at is null
  ) as residents
from unnest($1::text[]) asked (id)
join device d on d.id = asked.id
left join resident w on w.id = d.resident_id
left join household h on h.id = coalesce(w.household_id, d.household_id)
left join building b on b.id = h.building_id
-- The region's own path: a copy that was damaged would put a case where nobody looks.
left join region g on g.id = h.region_id;

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

-- name: presence_of_lane
-- $2: also the devices behind adapters, of every lane.
select id, online, power, heartbeat_s as "heartbeatS", (extract(epoch from seen_at) * 1000)::float8 as "seenAt"
from device
where disabled_at is null and case when adapter is null then lane = $1 else $2::boolean end;

-- name: presence_of_devices
select id, online, power, heartbeat_s as "heartbeatS", (extract(epoch from seen_at) * 1000)::float8 as "seenAt"
from device
where disabled_at is null and id = any ($1::text[]);

-- name: adapter_devices
select adapter_name as name, id as "deviceId", settings
from device
where adapter = $1 and adapter_name is not null and disabled_at is null;

-- name: find_people
select r.id, r.household_id as "householdId", r.name, r.sex, r.born::text as born, r.phone, h.address,
  h.region_path as "regionPath", r.status, (extract(epoch from r.status_since) * 1000)::float8 as "statusSince",
  r.form_of_address as "formOfAddress", coalesce(c.lives_alone, false) as "livesAlone", c.mobility, c.hearing, c.dialect,
  coalesce(c.conditions, '{}') as conditions, coalesce(c.power_dependent, false) as "powerDependent", r.version
from (
  select id from resident where household_id = any ($1::uuid[]) and removed_at is null
  union
  select unnest($2::uuid[])
) wanted
join resident r on r.id = wanted.id
join household h on h.id = r.household_id
left join care_profile c on c.resident_id = r.id
order by r.household_id, r.status in ('moved', 'died'), r.born, r.id;

-- name: refusals_of_recording
-- Who it is about, or, while that is not known, all who live there.
select id from resident
where not recording_consent and removed_at is null and status not in ('moved', 'died')
  and case when $2::uuid is null then household_id = $1::uuid else id = $2::uuid end;

-- name: open_household
select h.id, h.address, h.region_path as "regionPath", h.floor, b.floors, coalesce(b.lift, false) as lift, h.entry,
  coalesce((
    select json_agg(json_build_object(
      'name', coalesce(s.name, k.name), 'phone', coalesce(s.phone, k.phone), 'kind', k.kind, 'staffId', s.id) order by s.id is null, k.name)
    from key_holder k
    left join staff s on s.id = k.staff_id and s.disabled_at is null
    where k.household_id = h.id and (k.staff_id is null or s.id is not null)
  ), '[]') as "keyHolders",
  coalesce((
    select json_agg(json_build_object('id', s.id, 'name', s.name, 'phone', s.phone, 'scope', p.scope, 'part', p.part)
      order by array_position(array['household', 'building', 'grid', 'community'], p.scope), p.part desc, s.name)
    from responsibility p
    join staff s on s.id = p.staff_id and s.disabled_at is null
    where (p.scope, p.scope_id) in (
      ('household', h.id), ('building', h.building_id), ('grid', h.region_id), ('community', g.parent_id))
  ), '[]') as responsible,
  coalesce((
    select json_agg(json_build_object(
      'id', r.id,
      'care', case when c.resident_id is not null then json_build_object(
        'livesAlone', c.lives_alone, 'mobility', c.mobility, 'hearing', c.hearing, 'dialect', c.dialect,
        'conditions', c.conditions, 'medication', c.medication, 'allergies', c.allergies, 'bloodType', c.blood_type,
        'hospital', c.hospital, 'formOfAddress', r.form_of_address) end,
      'contacts', coalesce((
        select json_agg(json_build_object(
          'id', t.id, 'name', t.name, 'relation', t.relation, 'phone', t.phone, 'order', t.ord, 'hasKey', t.has_key,
          'local', t.local, 'minutes', t.minutes, 'mayWake', t.may_wake) order by t.ord, t.id)
        from contact t where t.resident_id = r.id
      ), '[]')
    ) order by r.status in ('moved', 'died'), r.born, r.id)
    from resident r
    left join care_profile c on c.resident_id = r.id
    where r.household_id = h.id and r.removed_at is null
  ), '[]') as residents
from household h
left join building b on b.id = h.building_id
left join region g on g.id = h.region_id
where h.id = $1;

-- name: find_candidates
-- $1 when · $2 the grid's path and all above it · $3..$4 how far the search may go · $5 the community · $6 kinds ·
-- $7 household or null · $8 the grid · $9 the street · $10 which of may_wake count for those off duty · $11 minute of
-- the local day. A rule for this grid or any region above it covers the grid itself. Off duty only these are woken, at
-- an hour that they agreed to: guard, medic and volunteer of the place, a neighbour of the grid, and who has the key.
select s.id, s.name, s.kind, s.phone, s.skills, s.dialect, s.lat, s.lon, k.has as "hasKey",
  (
    select max(p.part)
    from responsibility p
    where p.staff_id = s.id and p.scope_id in (
      select id from region where path = $8
      union all select $7::uuid
      union all select building_id from household where id = $7::uuid)
  ) as part,
  coalesce(d.ring, case when s.region_path = any ($2::text[]) then 0 when starts_with(s.region_path, $5) then 1 else 2 end) as ring,
  d.staff_id is not null as "onDuty"
from staff s
cross join lateral (select exists (select 1 from key_holder k where k.household_id = $7::uuid and k.staff_id = s.id) as has) k
left join (
  select staff_id, min(case when region_path = any ($2::text[]) then 0 when starts_with(region_path, $5) then 1
    when starts_with(region_path, $9) then 2 else 3 end) as ring
  from (
    select staff_id, region_path, spans from duty_spans($1, $1) where region_path = any ($2::text[])
    union all
    select staff_id, region_path, spans from duty_spans($1, $1) where region_path >= $3 and region_path < $4
  ) spans
  where spans @> $1::timestamptz
  group by staff_id
) d on d.staff_id = s.id
where s.disabled_at is null and s.kind = any ($6::text[])
  and (d.staff_id is not null or (
    s.may_wake = any ($10::text[]) and starts_with(s.region_path, $9)
    and (k.has or case s.kind when 'informant' then s.region_path = $8 when 'grid_worker' then false
      else s.region_path = any ($2::text[]) or starts_with(s.region_path, $5) end)
    and (s.wake_from_min is null or s.wake_to_min is null or case when s.wake_from_min < s.wake_to_min
      then $11::int >= s.wake_from_min and $11::int < s.wake_to_min
      else $11::int >= s.wake_from_min or $11::int < s.wake_to_min end)
    and not exists (select 1 from duty_switch w where w.staff_id = s.id and not w.on_duty and w.from_at <= $1 and w.until_at > $1)
    and not exists (
      select 1 from duty_exception e
      where e.staff_id = s.id and not e.on_duty and e.day = ($1::timestamptz at time zone 'Asia/Shanghai')::date
        and $11::int >= e.from_min and ($11::int < e.to_min or e.to_min <= e.from_min))));

-- name: duty_until
-- Until when he is on duty now; no row: he is not.
select max(upper(span)) as until
from duty_spans($2, $2) d
join staff s on s.id = d.staff_id and s.disabled_at is null
cross join lateral unnest(d.spans) span
where d.staff_id = $1 and span @> $2::timestamptz
having count(*) > 0;

-- name: lock_staff
select id from staff where id = $1 and disabled_at is null for update;

-- name: switched_duty
select on_duty as "onDuty" from duty_switch where staff_id = $1 and from_at <= $2 and until_at > $2 order by from_at desc limit 1;

-- name: end_switches
update duty_switch set until_at = $2 where staff_id = $1 and until_at > $2;

-- name: switch_duty
insert into duty_switch (id, staff_id, on_duty, from_at, until_at) values ($1, $2, $3, $4, $5);

-- name: wake_of
select may_wake as "mayWake", wake_from_min as "fromMin", wake_to_min as "toMin" from staff where id = $1;

-- name: set_wake
update staff set may_wake = $2, wake_from_min = $3, wake_to_min = $4 where id = $1 and disabled_at is null;

-- name: is_on_duty
select 1
from duty_spans($2, $2) d
join staff s on s.id = d.staff_id
where d.staff_id = $1 and s.disabled_at is null and d.spans @> $2::timestamptz
limit 1;

-- name: coverage_gaps
-- Duty is summed up by region first, then by grid over the regions above it; what is left of the window is the gap.
with grid as materialized (
  select id, name, path, array(select string_agg(part, '/') over (order by n) || '/' from unnest(string_to_array(rtrim(path, '/'), '/')) with ordinality t (part, n)) as above
  from region
  where level = 'grid' and exists (select 1 from unnest($3::text[]) p where starts_with(path, p))
), cover as materialized (
  select d.region_path, range_agg(d.spans) as spans
  from duty_spans($1, $2) d
  join staff s on s.id = d.staff_id and s.disabled_at is null and s.kind = any ($4::text[])
  group by d.region_path
)
select g.id as "gridId", g.name, g.path,
  (extract(epoch from lower(gap)) * 1000)::float8 as "from", (extract(epoch from upper(gap)) * 1000)::float8 as "to"
from grid g
left join lateral (
  select range_agg(c.spans) as spans from unnest(g.above) above join cover c on c.region_path = above
) c on true
cross join lateral unnest(tstzmultirange(tstzrange($1, $2)) - coalesce(c.spans, '{}'::tstzmultirange)) gap
order by g.path, gap;

-- name: visible_region
-- By path or id; $4: also a region that holds one of the viewer's.
select id, level, name, path
from region
where (path = $1 or id = $2::uuid)
  and exists (select 1 from unnest($3::text[]) p where starts_with(path, p) or ($4 and starts_with(p, path)))
limit 1;

-- name: list_regions
select id, parent_id as "parentId", level, code, name, path, lat, lon, households, case when $8 then polygon end as polygon
from region
where path >= $1 and path < $2 and path > $4
  and exists (select 1 from unnest($3::text[]) p where starts_with(path, p))
  and ($5::text is null or level = $5)
  and ($6::uuid is null or parent_id = $6)
  and ($7::uuid is null or id = $7)
order by path
limit $9;

-- name: grid_outside
select 1 as found from region
where level = 'grid' and not exists (select 1 from unnest($1::text[]) p where starts_with(path, p))
limit 1;
