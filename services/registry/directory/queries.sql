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
-- $3 is the first text after all that begin with $1. Each way of finding has its index, but for parts of an address.
select h.id
from (
  select household_id as id from resident where name ~>=~ $1 and name ~<~ $3 and removed_at is null
  union
  select household_id from resident where phone = $1 and removed_at is null
  union
  select r.household_id from contact t join resident r on r.id = t.resident_id and r.removed_at is null where t.phone = $1
  union
  select coalesce(r.household_id, d.household_id) from device d left join resident r on r.id = d.resident_id where d.id = $1
  union
  select id from household where strpos(address, $1) > 0
) found
join household h on h.id = found.id
where exists (select 1 from unnest($2::text[]) p where starts_with(h.region_path, p))
limit 200;

-- name: boxes_of
select id, lane from device
where household_id = $1 and resident_id is null and adapter is null and disabled_at is null
order by id;

-- name: home_of_box
select h.id as "householdId", h.region_path as "regionPath"
from device d
join household h on h.id = d.household_id
where d.id = $1 and d.resident_id is null and d.adapter is null and d.disabled_at is null;

-- name: home_region
select region_path as "regionPath" from household where id = $1;

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

-- name: staff_cards
select id, name, phone from staff where id = any ($1::uuid[]) and disabled_at is null;

-- name: homes_in
select r.id as "residentId", r.household_id as "householdId", h.region_path as "regionPath",
  coalesce(h.lat, b.lat) as lat, coalesce(h.lon, b.lon) as lon
from resident r
join household h on h.id = r.household_id
left join building b on b.id = h.building_id
where starts_with(h.region_path, $1) and r.removed_at is null and r.status = 'home'
order by r.id
limit $2;
