-- name: find_callers
-- Whoever lives where the number is a resident's or a resident's contact's; residents' own numbers first.
select r.id as "residentId", r.household_id as "householdId", r.name, r.form_of_address as "formOfAddress", g.path as "regionPath",
  coalesce(h.lat, b.lat) as lat, coalesce(h.lon, b.lon) as lon, null as "contactName", null as relation
from resident r
join household h on h.id = r.household_id
left join building b on b.id = h.building_id
left join region g on g.id = h.region_id
where r.phone = any ($1::text[]) and r.removed_at is null and r.status not in ('moved', 'died')
union all
select r.id, r.household_id, r.name, r.form_of_address, g.path, coalesce(h.lat, b.lat), coalesce(h.lon, b.lon), t.name, t.relation
from contact t
join resident r on r.id = t.resident_id
join household h on h.id = r.household_id
left join building b on b.id = h.building_id
left join region g on g.id = h.region_id
where t.phone = any ($1::text[]) and r.removed_at is null and r.status not in ('moved', 'died')
limit 20;

-- name: owners_of_numbers
select r.phone, r.name, 'resident' as kind, null as of, null as relation
from resident r where r.phone = any ($1::text[]) and r.removed_at is null
union all
select t.phone, t.name, 'contact', r.name, t.relation
from contact t join resident r on r.id = t.resident_id
where t.phone = any ($1::text[])
union all
select s.phone, s.name, s.kind, null, null from staff s where s.phone = any ($1::text[]);
