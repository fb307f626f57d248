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
