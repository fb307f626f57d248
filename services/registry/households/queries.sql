-- name: list_households
select h.id, h.address, h.region_path as "regionPath", coalesce(h.lat, b.lat) as lat, coalesce(h.lon, b.lon) as lon, h.version,
  (select count(*)::int from resident r where r.household_id = h.id and r.removed_at is null) as residents,
  (select count(*)::int from device d where d.household_id = h.id and d.disabled_at is null) as devices
from household h
left join building b on b.id = h.building_id
where h.region_path >= $1 and h.region_path < $2
  and exists (select 1 from unnest($3::text[]) p where starts_with(h.region_path, p))
  and ($4::text is null or (h.region_path, h.id) > ($4, $5::uuid))
  and ($6 = '' or strpos(h.address, $6) > 0)
  and ($7::uuid is null or h.building_id = $7)
order by h.region_path, h.id
limit $8;

-- name: find_household
select h.id, h.address, h.region_path as "regionPath", coalesce(h.lat, b.lat) as lat, coalesce(h.lon, b.lon) as lon, h.version,
  h.building_id as "buildingId",
  (select count(*)::int from resident r where r.household_id = h.id and r.removed_at is null) as residents,
  (select count(*)::int from device d where d.household_id = h.id and d.disabled_at is null) as devices
from household h
left join building b on b.id = h.building_id
where h.id = $1 and exists (select 1 from unnest($2::text[]) p where starts_with(h.region_path, p));

-- name: add_household
insert into household (id, building_id, region_id, region_path, unit, floor, room, address, lat, lon, entry)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
on conflict (id) do nothing;

-- name: change_household
update household set
  address = coalesce($4::jsonb ->> 'address', address),
  building_id = case when $4::jsonb ? 'buildingId' then ($4::jsonb ->> 'buildingId')::uuid else building_id end,
  region_id = coalesce($5, region_id),
  region_path = coalesce($6, region_path),
  unit = case when $4::jsonb ? 'unit' then $4::jsonb ->> 'unit' else unit end,
  floor = case when $4::jsonb ? 'floor' then ($4::jsonb ->> 'floor')::int else floor end,
  room = case when $4::jsonb ? 'room' then $4::jsonb ->> 'room' else room end,
  lat = case when $4::jsonb ? 'lat' then ($4::jsonb ->> 'lat')::float8 else lat end,
  lon = case when $4::jsonb ? 'lon' then ($4::jsonb ->> 'lon')::float8 else lon end,
  entry = case when $4::jsonb ? 'entry' then $4::jsonb ->> 'entry' else entry end,
  version = version + 1
where id = $1 and version = $2 and exists (select 1 from unnest($3::text[]) p where starts_with(region_path, p))
returning version;

-- name: building_grid
select grid_id as "gridId" from building where id = $1;
