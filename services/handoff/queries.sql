-- name: list_partners
select p.id, p.target, p.name, p.region_id as "regionId", p.region_path as "regionPath", p.phone, p.webhook_url as "webhookUrl",
  p.sms_number as "smsNumber", p.automatic, p.disabled_at is not null as disabled, p.version,
  coalesce((select array_agg(a.account_id order by a.account_id) from partner_account a where a.partner_id = p.id), '{}') as accounts
from partner p
where exists (select 1 from unnest($1::text[]) r where starts_with(p.region_path, r)) and ($2::uuid is null or p.id = $2)
  and ($3::uuid is null or p.id > $3)
order by p.id
limit $4;

-- name: lock_partner
select id, webhook_url as "webhookUrl", webhook_secret as "webhookSecret", version
from partner
where id = $1 and exists (select 1 from unnest($2::text[]) r where starts_with(region_path, r))
for update;

-- name: add_partner
insert into partner (id, target, name, region_id, region_path, phone, webhook_url, webhook_secret, sms_number, automatic)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict (id) do nothing
returning id;

-- name: change_partner
update partner
set name = coalesce($2, name), phone = coalesce($3, phone),
  webhook_url = case when $4::boolean then $5 else webhook_url end, webhook_secret = coalesce($6, webhook_secret),
  sms_number = case when $7::boolean then $8 else sms_number end, automatic = coalesce($9, automatic),
  disabled_at = case when $10::boolean is null then disabled_at when $10 then coalesce(disabled_at, $11) end,
  version = version + 1
where id = $1;

-- name: clear_secrets
select id, webhook_secret as secret from partner where webhook_secret like 'whsec%';

-- name: seal_secret
update partner set webhook_secret = $3 where id = $1 and webhook_secret = $2;

-- name: point_demo_partner
-- Its own receiver has another port at each start; an address that somebody else has entered stays.
update partner set webhook_url = $2, webhook_secret = $3
where id = $1 and (webhook_url is null or webhook_url ~ '^http://127\.0\.0\.1:\d+/handoffs$');

-- name: drop_partner_accounts
delete from partner_account where partner_id = $1;

-- name: add_partner_accounts
insert into partner_account (account_id, partner_id)
select a, $1::uuid from unnest($2::uuid[]) a
on conflict (account_id) do update set partner_id = excluded.partner_id;

-- name: partner_of_account
select p.id, p.target, p.name
from partner_account a
join partner p on p.id = a.partner_id
where a.account_id = $1 and p.disabled_at is null;

-- name: partners_for
-- The partners of a kind whose region holds the case's; the nearest region first. A case without a region: the widest.
select id, target, name, phone, webhook_url as "webhookUrl", sms_number as "smsNumber", automatic
from partner
where target = $1 and disabled_at is null and ($2::text is null or starts_with($2, region_path))
order by case when $2::text is null then length(region_path) else -length(region_path) end, name, id;

-- name: get_partner
select id, target, name, phone, webhook_url as "webhookUrl", webhook_secret as "webhookSecret", sms_number as "smsNumber", automatic
from partner
where id = $1;

-- name: add_offer
insert into handoff_offer (handoff_id, incident_id, partner_id, target, region_path, automatic, offered_at)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (handoff_id) do nothing
returning handoff_id;

-- name: get_offer
select o.handoff_id as "handoffId", o.incident_id as "incidentId", o.partner_id as "partnerId", o.target, o.offered_at as "offeredAt"
from handoff_offer o
where o.handoff_id = $1;

-- name: centre_phone
select p.phone from handoff_offer o join partner p on p.id = o.partner_id where o.handoff_id = $1;

-- name: own_offer
-- Of the partner that this account speaks for, and within the regions that it is bound to.
select o.handoff_id as "handoffId", o.incident_id as "incidentId", o.partner_id as "partnerId", o.target, o.offered_at as "offeredAt"
from handoff_offer o
join partner_account a on a.partner_id = o.partner_id
where o.handoff_id = $1 and a.account_id = $2
  and (o.region_path is null or exists (select 1 from unnest($3::text[]) r where starts_with(o.region_path, r)));

-- name: accounts_asked
select distinct a.account_id from handoff_offer o join partner_account a on a.partner_id = o.partner_id
where o.incident_id = any ($1::uuid[]);

-- name: own_offers
select o.handoff_id as "handoffId", o.incident_id as "incidentId", o.partner_id as "partnerId", o.target, o.offered_at as "offeredAt"
from handoff_offer o
join partner_account a on a.partner_id = o.partner_id
where a.account_id = $1 and ($2::boolean or o.ended_at is null)
  and (o.region_path is null or exists (select 1 from unnest($3::text[]) r where starts_with(o.region_path, r)))
  and ($4::timestamptz is null or (o.offered_at, o.handoff_id) < ($4, $5::uuid))
order by o.offered_at desc, o.handoff_id desc
limit $6;

-- name: offers_of_incident
select o.handoff_id as "handoffId", o.incident_id as "incidentId", o.partner_id as "partnerId", o.target, o.offered_at as "offeredAt"
from handoff_offer o
where o.incident_id = $1 and o.ended_at is null;

-- name: end_offers
update handoff_offer set ended_at = $2
where handoff_id = any ($1::uuid[]) and ended_at is null;

-- name: add_delivery
insert into handoff_delivery (id, handoff_id, partner_id, event, created_at, next_at)
values ($1, $2, $3, $4, $5, $5)
on conflict (id) do nothing;

-- name: waiting_update
select id from handoff_delivery
where handoff_id = $1 and event = 'handoff.updated' and attempt = 0 and next_at is not null
limit 1;

-- name: take_deliveries
-- Those that are due, each handoff's in the order in which they were written: what waits behind another waits.
update handoff_delivery d
set attempt = d.attempt + 1,
  next_at = $1::timestamptz + make_interval(secs => least(600, 5 * power(2, least(d.attempt, 20))))
from (
  select w.id from handoff_delivery w
  where w.next_at <= $1
    and not exists (
      select 1 from handoff_delivery b
      where b.handoff_id = w.handoff_id and b.next_at is not null and b.seq < w.seq
    )
  order by w.next_at
  limit $2
  for update skip locked
) due
where d.id = due.id
returning d.id, d.handoff_id as "handoffId", d.partner_id as "partnerId", d.event, d.attempt, d.created_at as "createdAt";

-- name: finish_delivery
update handoff_delivery
set next_at = case when $3::text = 'later' then next_at end,
  done_at = case when $3 = 'done' then $4::timestamptz end,
  given_up_at = case when $3 = 'given_up' then $4::timestamptz end,
  status = $5
where id = $1 and attempt = $2 and next_at is not null
returning id;

-- name: add_link
insert into handoff_link (hash, handoff_id, partner_id, created_at, expires_at)
values ($1, $2, $3, $4, $5);

-- name: open_link
-- Whoever comes first opens it: everybody else finds no row.
update handoff_link set opened_at = $2, opened_by = $3, opened_from = $4
where hash = $1 and opened_at is null and expires_at > $2
returning handoff_id as "handoffId", partner_id as "partnerId";

-- name: find_link
select handoff_id as "handoffId", opened_at as "openedAt", opened_by as "openedBy", expires_at as "expiresAt"
from handoff_link
where hash = $1;

-- name: add_call
insert into handoff_call (id, handoff_id, attempt, due_at)
values ($1, $2, $3, $4)
on conflict do nothing;

-- name: due_calls
select id, handoff_id as "handoffId", attempt from handoff_call
where ordered_at is null and ended_at is null and due_at <= $1
order by due_at
limit $2;

-- name: order_call
update handoff_call set ordered_at = $2 where id = $1 and ordered_at is null and ended_at is null returning id;

-- name: find_call
select c.id, c.handoff_id as "handoffId", c.attempt, o.incident_id as "incidentId", o.target, p.name
from handoff_call c
join handoff_offer o on o.handoff_id = c.handoff_id
left join partner p on p.id = o.partner_id
where c.id = $1
for update of c;

-- name: end_call
update handoff_call set ended_at = $2, outcome = $3 where id = $1 and ended_at is null returning id;

-- name: live_calls
select id, ordered_at is not null as ordered from handoff_call where handoff_id = $1 and ended_at is null;

-- name: partners_by_phone
select n.phone, p.name from partner p cross join lateral (values (p.phone), (p.sms_number)) n (phone)
where n.phone = any ($1::text[]);
