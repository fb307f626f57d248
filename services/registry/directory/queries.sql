-- name: regions_by_id
select id, name, path, level from region where id = any ($1::uuid[]);

-- name: regions_by_path
select id, name, path, level from region where path = any ($1::text[]);

-- name: regions_of_level
select id, name, path, level from region where level = $1 order by path;

-- name: staff_path
select region_path from staff where id = $1;

-- name: resident_path
select h.region_path from resident r join household h on h.id = r.household_id where r.id = $1;

-- name: search_homes
select distinct h.id
from household h
left join resident r on r.household_id = h.id and r.removed_at is null
left join device d on d.household_id = h.id
where exists (select 1 from unnest($2::text[]) p where starts_with(h.region_path, p))
  and (starts_with(r.name, $1) or r.phone = $1 or strpos(h.address, $1) > 0 or d.id = $1)
limit 200;

-- name: home_place
select coalesce(h.lat, b.lat) as lat, coalesce(h.lon, b.lon) as lon
from household h
left join building b on b.id = h.building_id
where h.id = $1;

-- name: staff_with_regions
select s.id, s.name, s.kind, g.id as region_id, g.name as region_name, g.path, g.level
from staff s
join region g on g.id = s.region_id
where s.kind = any ($1::text[]) and s.disabled_at is null
  and exists (select 1 from unnest($2::text[]) p where starts_with(s.region_path, p))
order by s.region_path <> $3, s.region_path, s.id
limit 60;

-- name: staff_places
select id, lat, lon from staff where id = any ($1::uuid[]);
