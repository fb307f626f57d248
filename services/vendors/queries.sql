-- name: list_services
-- $1: path prefixes of the asker's regions; the price of the first city that holds one of them or lies in it.
select s.code, s.category, s.name, s.english, s.pinyin, s.unit, s.minutes, s.people, s.skills, s.note,
  (select p.fen from service_price p
   where p.service = s.code
     and exists (select 1 from unnest($1::text[]) v where starts_with(v, p.city) or starts_with(p.city, v))
   order by length(p.city) desc, p.city limit 1) as "priceFen"
from service s
order by s.ord;

-- name: list_shops
select s.id, s.name, s.kind, s.address, s.phone, s.region_path as "regionPath", s.lat, s.lon, s.days,
  s.open_min as "openMin", s.close_min as "closeMin", s.capacity, s.rating_sum as "ratingSum", s.rating_count as ratings,
  (select coalesce(array_agg(v.service order by v.service), '{}') from shop_service v where v.shop_id = s.id) as services,
  (select coalesce(array_agg(a.region_path order by a.region_path), '{}') from shop_area a where a.shop_id = s.id) as areas,
  (select coalesce(array_agg(t.staff_id order by t.ord), '{}') from shop_staff t where t.shop_id = s.id) as staff,
  (select count(*)::int from work_order o where o.shop_id = s.id
     and o.state in ('accepted', 'quoted', 'approved', 'under_way', 'on_scene', 'nobody_home')) as busy
from shop s
where s.disabled_at is null
  and exists (select 1 from unnest($1::text[]) p where starts_with(s.region_path, p))
  and ($2::uuid is null or s.id = $2)
  and ($3::text is null or exists (select 1 from shop_service v where v.shop_id = s.id and v.service = $3))
  and ($4::text is null or exists (select 1 from shop_area a where a.shop_id = s.id and starts_with($4, a.region_path)))
  and ($5::text is null or strpos(s.name, $5) > 0)
  and ($6::uuid is null or s.id > $6)
order by s.id
limit $7;

-- name: shops_for
-- Shops that do $1 (service), cover the grid $2, are open at local weekday $3 and minute $4, and have room.
select * from (
  select s.id as "shopId", s.name, s.lat, s.lon, s.capacity, s.rating_count as ratings,
    case when s.rating_count = 0 then null else s.rating_sum::float8 / s.rating_count end as rating,
    (select count(*)::int from work_order o where o.shop_id = s.id
       and o.state in ('accepted', 'quoted', 'approved', 'under_way', 'on_scene', 'nobody_home')) as busy
  from shop s
  join shop_service v on v.shop_id = s.id and v.service = $1
  where s.disabled_at is null
    and exists (select 1 from shop_area a where a.shop_id = s.id and starts_with($2, a.region_path))
    and case when s.close_min > s.open_min then $4 >= s.open_min and $4 < s.close_min and $3 = any (s.days)
        else ($4 >= s.open_min and $3 = any (s.days)) or ($4 < s.close_min and ((($3 + 5) % 7) + 1) = any (s.days)) end
) found
where busy < capacity;

-- name: service_for
select s.code, s.name, s.minutes, s.people, s.unit, s.note,
  (select p.fen from service_price p where p.service = s.code and starts_with($2, p.city) order by length(p.city) desc limit 1) as fen
from service s where s.code = $1;

-- name: shop_of_staff
select s.id, s.name, s.phone, s.region_path as "regionPath", s.rating_sum as "ratingSum", s.rating_count as ratings
from shop_staff t join shop s on s.id = t.shop_id
where t.staff_id = $1 and s.disabled_at is null;

-- name: staff_of_shop
select staff_id as id from shop_staff where shop_id = $1 order by ord;

-- name: shops_seen
update shop set seen_at = $2 where id = $1 and (seen_at is null or seen_at < $2::timestamptz - interval '2 seconds');

-- name: rate_shop
update shop set rating_sum = rating_sum + $2, rating_count = rating_count + $3 where id = $1;

-- name: shop_phone
select phone from shop where id = $1;

-- name: shops_by_id
select id, name, phone from shop where id = any ($1::uuid[]);

-- name: services_by_code
select code, name, unit, people, note from service where code = any ($1::text[]);

-- name: payers_for
-- Who may pay for somebody of this region.
select id, kind, name from payer where starts_with($1, region_path) order by kind <> 'resident', kind, id;

-- name: save_orders
-- One statement: order (fenced by its version), offers, history. Answers the ids written.
with
  kept as (
    insert into work_order (id, version, state, incident_id, household_id, resident_id, region_path, service, shop_id, payer,
      month, created_at, deadline_at, body, history_seq, history_hash)
    select id, version, state, incident_id, household_id, resident_id, region_path, service, shop_id, payer,
      month, created_at, deadline_at, body, history_seq, history_hash
    from jsonb_to_recordset($1::jsonb) as o (id uuid, version int, state text, incident_id uuid, household_id uuid,
      resident_id uuid, region_path text, service text, shop_id uuid, payer text, month text, created_at timestamptz,
      deadline_at timestamptz, body jsonb, case_pending boolean, history_seq int, history_hash text)
    on conflict (id) do update set version = excluded.version, state = excluded.state, incident_id = excluded.incident_id,
      shop_id = excluded.shop_id, month = excluded.month, deadline_at = excluded.deadline_at, body = excluded.body,
      history_seq = excluded.history_seq, history_hash = excluded.history_hash
    where work_order.version < excluded.version and work_order.version >= excluded.version - $4
    returning id
  ),
  tellings as (
    insert into case_telling (order_id, version)
    select o.id, o.version
    from jsonb_to_recordset($1::jsonb) as o (id uuid, version int, case_pending boolean)
    join kept on kept.id = o.id
    where o.case_pending
    on conflict (order_id) do update set version = excluded.version, tried_at = null
  ),
  offers as (
    insert into work_offer (id, order_id, shop_id, state, round, why, minutes, offered_at, expires_at, ended_at, reason)
    select f.id, f.order_id, f.shop_id, f.state, f.round, f.why, f.minutes, f.offered_at, f.expires_at, f.ended_at, f.reason
    from jsonb_to_recordset($2::jsonb) as f (id uuid, order_id uuid, shop_id uuid, state text, round smallint, why text,
      minutes int, offered_at timestamptz, expires_at timestamptz, ended_at timestamptz, reason text)
    join kept on kept.id = f.order_id
    on conflict (id) do update set state = excluded.state, ended_at = excluded.ended_at, reason = excluded.reason
  ),
  lines as (
    insert into work_order_history (order_id, seq, at, kind, by_kind, by_id, by_name, data, prev_hash, hash)
    select h.order_id, h.seq, h.at, h.kind, h.by_kind, h.by_id, h.by_name, h.data, h.prev_hash, h.hash
    from jsonb_to_recordset($3::jsonb) as h (order_id uuid, seq int, at timestamptz, kind text, by_kind text, by_id text,
      by_name text, data jsonb, prev_hash text, hash text)
    join kept on kept.id = h.order_id
  )
select id from kept;

-- name: lock_orders
select id, body, history_seq, history_hash from work_order where id = any ($1::uuid[]) order by id for update;

-- name: get_orders
select id, body, history_seq, history_hash from work_order where id = any ($1::uuid[]);

-- name: due_orders
select id, body, history_seq, history_hash from work_order
where deadline_at <= $1 and id <> all ($3::uuid[])
order by deadline_at, id
limit $2
for update skip locked;

-- name: offers_of
select id, order_id, shop_id as "shopId", state, round, why, minutes, offered_at, expires_at, ended_at, reason
from work_offer where order_id = any ($1::uuid[]) order by offered_at, id;

-- name: order_of_offer
select order_id as id, shop_id as "shopId" from work_offer where id = $1;

-- name: order_of_call
select order_id as id from confirm_call where id = $1;

-- name: add_confirm_call
insert into confirm_call (id, order_id, at) values ($1, $2, $3) on conflict do nothing;

-- name: lock_shop
select capacity from shop where id = $1 for update;

-- name: shop_busy
-- After lock_shop, in a statement of its own: what others have accepted meanwhile is seen.
select count(*)::int as busy from work_order
where shop_id = $1 and state in ('accepted', 'quoted', 'approved', 'under_way', 'on_scene', 'nobody_home');

-- name: orders_of_case
select id from work_order where incident_id = $1 order by id;

-- name: list_orders
select id, body, history_seq, history_hash from work_order
where exists (select 1 from unnest($1::text[]) p where starts_with(region_path, p))
  and ($2::uuid is null or incident_id = $2)
  and ($3::uuid is null or shop_id = $3 or exists (select 1 from work_offer f where f.order_id = work_order.id and f.shop_id = $3 and f.state = 'offered'))
  and ($4::text[] is null or state = any ($4))
  and ($5::timestamptz is null or (created_at, id) < ($5, $6::uuid))
  and (not $8::boolean or (state in ('confirmed', 'disputed', 'settled') and body -> 'callback' ->> 'dueAt' is not null
    and body -> 'callback' ->> 'outcome' is null))
  and ($9::text is null or starts_with(body ->> 'number', $9) or strpos(body ->> 'serviceName', $9) > 0
    or strpos(coalesce(body ->> 'shopName', ''), $9) > 0)
order by created_at desc, id desc
limit $7;

-- name: order_history
select seq, at, kind, by_name as by, data from work_order_history where order_id = $1 order by seq;

-- name: offered_to_shop
select order_id as id from work_offer where shop_id = $1 and state = 'offered' order by offered_at;

-- name: held_by_shop
select id, body, history_seq, history_hash from work_order
where shop_id = $1 and (state not in ('settled', 'cancelled') or created_at >= $2)
order by (state in ('settled', 'cancelled', 'confirmed')), created_at desc
limit 60;

-- name: pending_cases
select order_id as id from case_telling where tried_at is null or tried_at <= $1 order by tried_at nulls first, order_id limit $2;

-- name: case_told
-- Told, unless the order has moved on since it was read.
delete from case_telling where order_id = $1 and version <= $2;

-- name: case_put_off
update case_telling set tried_at = $2 where order_id = $1;

-- name: add_photo
insert into work_order_photo (id, order_id, at, by_name, mime, bytes) values ($1, $2, $3, $4, $5, $6) on conflict do nothing;

-- name: photos_of
select id, order_id as "orderId", at from work_order_photo where order_id = any ($1::uuid[]) order by at, id;

-- name: get_photo
select mime, bytes from work_order_photo where id = $1 and order_id = $2;

-- name: count_photos
select count(*)::int as count from work_order_photo where order_id = $1;

-- name: shops_by_phone
select phone, name from shop where phone = any ($1::text[]);

-- name: bookings_of_box
-- Orders without a case of a home, by its grid: asked each time a box comes back.
select id from work_order
where region_path = $1 and household_id = $2 and incident_id is null and state not in ('draft', 'offered', 'cancelled', 'settled')
order by created_at desc
limit 20;

-- name: bookings_of_home
select id from work_order
where household_id = $1 and incident_id is null and deadline_at is not null
order by created_at, id;
