-- name: lock_right
select r.class, c.name as "className", c.monthly_fen as "monthlyFen"
from subsidy_right r join subsidy_class c on c.code = r.class
where r.resident_id = $1
for update of r;

-- name: get_right
select r.class, c.name as "className", c.monthly_fen as "monthlyFen"
from subsidy_right r join subsidy_class c on c.code = r.class
where r.resident_id = $1;

-- name: quota_uses
select order_id as "orderId", fen from quota_use where resident_id = $1 and month = $2;

-- name: put_quota_use
insert into quota_use (order_id, resident_id, month, fen) values ($1, $2, $3, $4)
on conflict (order_id) do update set fen = excluded.fen;

-- name: quota_month
select month from quota_use where order_id = $1;

-- name: lock_lots
-- Locked in the order of their ids: two orders of one resident can't wait in a ring.
select id, resident_id as "residentId", issuer, rate_fen as "rateFen", issued, left_points as left, expires_at as "expiresAt"
from points_lot where resident_id = $1 order by id for update;

-- name: lots_of
select id, resident_id as "residentId", issuer, rate_fen as "rateFen", issued, left_points as left, expires_at as "expiresAt"
from points_lot where resident_id = $1 and left_points > 0 order by expires_at, id;

-- name: ended_lots
select id, resident_id as "residentId", issuer, rate_fen as "rateFen", issued, left_points as left, expires_at as "expiresAt"
from points_lot where expires_at <= $1 and left_points > 0 order by id limit 200 for update skip locked;

-- name: held_by_order
select l.lot_id as id, sum(l.points)::int as points from ledger_line l
where l.account = $1 and l.lot_id is not null group by l.lot_id having sum(l.points) <> 0;

-- name: lots_by_id
select id, resident_id as "residentId", issuer, rate_fen as "rateFen", issued, left_points as left, expires_at as "expiresAt"
from points_lot where id = any ($1::uuid[]) order by id for update;

-- name: put_lot
insert into points_lot (id, resident_id, issuer, rate_fen, issued, left_points, expires_at) values ($1, $2, $3, $4, $5, $6, $7)
on conflict (id) do update set left_points = excluded.left_points;

-- name: add_entry
with entry as (
  insert into ledger_entry (id, at, kind, order_id, note) values ($1, $2, $3, $4, $5) on conflict do nothing returning id
)
insert into ledger_line (entry_id, account, points, lot_id, ord)
select entry.id, l.account, l.points, l.lot_id, l.ord
from entry, unnest($6::text[], $7::int[], $8::uuid[]) with ordinality as l (account, points, lot_id, ord)
returning entry_id;

-- name: ledger_sum
select coalesce(sum(points), 0)::int as sum, count(distinct entry_id)::int as entries from ledger_line;

-- name: ledger_accounts
select split_part(account, ':', 1) as kind, sum(points)::int as points from ledger_line group by 1 order by 1;

-- name: ledger_latest
-- $1: regions of the asker: an order elsewhere is not named.
select e.id, e.at, e.kind,
  (select min(split_part(l.account, ':', 1)) from ledger_line l where l.entry_id = e.id and l.points < 0) as "from",
  (select min(split_part(l.account, ':', 1)) from ledger_line l where l.entry_id = e.id and l.points > 0) as "to",
  (select sum(l.points)::int from ledger_line l where l.entry_id = e.id and l.points > 0) as points,
  (select o.body ->> 'number' from work_order o
   where o.id = e.order_id and exists (select 1 from unnest($1::text[]) r where starts_with(o.region_path, r))) as number
from ledger_entry e
order by e.at desc, e.id desc
limit 50;

-- name: statement_parties
-- Shops ($2 = 'shop') or payers of the orders that statement_lines would list, the largest sums first.
with line as (
  select o.shop_id, o.payer, (o.body -> 'totalFen')::int as total,
    coalesce((select sum(d.fen) from deduction d where d.order_id = o.id and d.month = o.month and d.decision is distinct from 'lifted'), 0)::int as deducted,
    (select count(*)::int from deduction d where d.order_id = o.id and d.appeal is not null and d.decision is null) as appeals
  from work_order o
  join shop s on s.id = o.shop_id
  where o.month = $1
    and (o.state in ('confirmed', 'settled') or (o.body ->> 'settledAt') is not null)
    and exists (select 1 from unnest($3::text[]) r where starts_with(s.region_path, r))
)
select p.kind, p.id, p.name, count(*)::int as orders, sum(l.total)::int as "totalFen", sum(l.deducted)::int as "deductedFen",
  sum(l.total - l.deducted)::int as "netFen", sum(l.appeals)::int as appeals
from line l
join (
  select 'shop' as kind, id::text as id, name from shop where $2 = 'shop'
  union all select 'payer', id, name from payer where $2 = 'payer'
) p on p.id = case when $2 = 'shop' then l.shop_id::text else l.payer end
where $4::text is null or strpos(p.name, $4) > 0
group by p.kind, p.id, p.name
order by sum(l.appeals) > 0 desc, "totalFen" desc, p.id
limit $5 offset $6;

-- name: statement_lines
select o.id as "order", o.body ->> 'number' as number, o.body -> 'confirmedAt' as at, s.name as shop, p.name as payer,
  v.name as service, (o.body -> 'labourFen')::int as "labourFen",
  (o.body -> 'totalFen')::int - (o.body -> 'labourFen')::int as "partsFen", (o.body -> 'totalFen')::int as "totalFen",
  coalesce((select sum(d.fen) from deduction d where d.order_id = o.id and d.month = o.month and d.decision is distinct from 'lifted'), 0)::int as "deductedFen",
  (o.body -> 'rating')::text as rating
from work_order o
join shop s on s.id = o.shop_id
join payer p on p.id = o.payer
join service v on v.code = o.service
where o.month = $1 and ($2::uuid is null or o.shop_id = $2) and ($3::text is null or o.payer = $3)
  and (o.state in ('confirmed', 'settled') or (o.body ->> 'settledAt') is not null)
  and exists (select 1 from unnest($4::text[]) r where starts_with(s.region_path, r))
order by o.body ->> 'number', o.id;

-- name: deductions_of
select d.id, d.order_id as "order", o.body ->> 'number' as number, d.fen, d.reason, d.made_at as "madeAt", d.appeal, d.decision, d.answer
from deduction d join work_order o on o.id = d.order_id join shop s on s.id = d.shop_id
where d.month = $1 and ($2::uuid is null or d.shop_id = $2) and ($3::text is null or o.payer = $3)
  and exists (select 1 from unnest($4::text[]) r where starts_with(s.region_path, r))
order by d.made_at, d.id;

-- name: add_deduction
insert into deduction (id, order_id, shop_id, month, fen, reason, made_at, made_by) values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict do nothing;

-- name: lock_deduction
select d.id, d.shop_id as "shopId", d.appeal, d.decision, s.region_path as "regionPath"
from deduction d join shop s on s.id = d.shop_id where d.id = $1 for update of d;

-- name: get_deduction
select d.id, d.order_id as "order", o.body ->> 'number' as number, d.fen, d.reason, d.made_at as "madeAt", d.appeal, d.decision, d.answer
from deduction d join work_order o on o.id = d.order_id where d.id = $1;

-- name: deducted_of
select coalesce(sum(fen) filter (where decision is distinct from 'lifted'), 0)::int as fen from deduction where order_id = $1;

-- name: appeal_deduction
update deduction set appeal = $2, appealed_at = $3 where id = $1;

-- name: decide_deduction
update deduction set decision = $2, answer = $3, decided_at = $4, decided_by = $5 where id = $1;

-- name: find_shop
select id, name from shop where id = $1 and exists (select 1 from unnest($2::text[]) p where starts_with(region_path, p));

-- name: find_payer
select id, kind, name from payer where id = $1
  and exists (select 1 from unnest($2::text[]) p where starts_with(region_path, p) or starts_with(p, region_path));
