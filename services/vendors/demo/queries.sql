-- name: is_seeded
select exists (select 1 from shop) as seeded;

-- name: seed_services
with items as (
  insert into service (code, ord, category, name, english, pinyin, unit, minutes, people, skills, note)
  select code, ord, category, name, english, pinyin, unit, minutes, people, skills, note
  from jsonb_to_recordset($1::jsonb) as s (code text, ord int, category text, name text, english text, pinyin text,
    unit text, minutes int, people smallint, skills text[], note text)
  on conflict (code) do nothing
)
insert into service_price (service, city, fen)
select code, $2, fen from jsonb_to_recordset($1::jsonb) as s (code text, fen int)
on conflict do nothing;

-- name: seed_shops
insert into shop (id, name, kind, region_id, region_path, address, phone, lat, lon, days, open_min, close_min, capacity, rating_sum, rating_count)
select id, name, kind, region_id, region_path, address, phone, lat, lon, days, open_min, close_min, capacity, rating_sum, rating_count
from jsonb_to_recordset($1::jsonb) as s (id uuid, name text, kind text, region_id uuid, region_path text, address text,
  phone text, lat double precision, lon double precision, days smallint[], open_min int, close_min int, capacity int,
  rating_sum int, rating_count int);

-- name: seed_shop_services
insert into shop_service (shop_id, service)
select id, unnest(services) from jsonb_to_recordset($1::jsonb) as s (id uuid, services text[]);

-- name: seed_shop_areas
insert into shop_area (shop_id, region_path)
select id, unnest(areas) from jsonb_to_recordset($1::jsonb) as s (id uuid, areas text[]);

-- name: seed_shop_staff
insert into shop_staff (staff_id, shop_id, ord)
select staff_id, shop_id, ord from jsonb_to_recordset($1::jsonb) as s (staff_id uuid, shop_id uuid, ord smallint);

-- name: seed_payers
with classes as (
  insert into subsidy_class (code, name, monthly_fen)
  select code, name, monthly_fen from jsonb_to_recordset($2::jsonb) as c (code text, name text, monthly_fen int)
  on conflict do nothing
)
insert into payer (id, kind, name, region_path)
select id, kind, name, region_path from jsonb_to_recordset($1::jsonb) as p (id text, kind text, name text, region_path text)
on conflict do nothing;

-- name: seed_rights
insert into subsidy_right (resident_id, class)
select resident_id, class from jsonb_to_recordset($1::jsonb) as r (resident_id uuid, class text)
on conflict do nothing;

-- name: seed_ratings
update shop set rating_sum = rating_sum + r.stars, rating_count = rating_count + r.count
from jsonb_to_recordset($1::jsonb) as r (id uuid, stars int, count int)
where shop.id = r.id;

-- name: known_staff
select t.staff_id as "staffId", s.name, s.region_path as "regionPath"
from shop s join shop_staff t on t.shop_id = s.id and t.ord = 0
where s.id = any ($1::uuid[])
order by array_position($1::uuid[], s.id);

-- name: live_shop_work
-- For the demo's shops: what is offered or held, and whether somebody of the shop has a page open.
select o.id, o.state, o.version, f.id as "offerId", f.shop_id as "shopId", f.offered_at as "offeredAt"
from work_offer f
join work_order o on o.id = f.order_id
join shop s on s.id = f.shop_id
where ((f.state = 'offered' and o.state = 'offered') or (f.state = 'accepted' and o.state in ('accepted', 'approved', 'under_way', 'on_scene', 'disputed')))
  and (s.seen_at is null or s.seen_at < $1);
