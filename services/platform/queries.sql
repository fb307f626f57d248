-- name: add_outbox
insert into outbox (topic, key, payload, created_at)
select t.topic, t.key, t.payload, $4
from unnest($1::text[], $2::text[], $3::jsonb[]) as t (topic, key, payload);

-- name: take_outbox
select id, topic, key, payload
from outbox
where sent_at is null and topic = any ($1::text[]) and ($2::text[] is null or key = any ($2::text[]))
  and id <> all ($4::bigint[])
order by id
limit $3
for update skip locked;

-- name: mark_outbox_sent
update outbox set sent_at = $2 where id = any ($1::bigint[]);

-- name: drop_old_outbox
with gone as (
  delete from outbox where id in (select id from outbox where sent_at < $1 order by id limit 5000) returning 1
)
select count(*)::int as count from gone;

-- name: take_lease
insert into lease (name, holder, expires_at) values ($1, $2, $3)
on conflict (name) do update set
  holder = excluded.holder,
  expires_at = excluded.expires_at,
  fence = lease.fence + case when lease.holder = excluded.holder then 0 else 1 end
where lease.holder = excluded.holder or lease.expires_at < $4
returning fence;

-- name: renew_leases
update lease set expires_at = $3 where name = any ($1::text[]) and holder = $2 returning name;

-- name: list_leases
-- What a process that died more than an hour ago left of its membership is no longer of interest.
with old as (
  delete from lease where starts_with(name, $1::text || '/member/') and expires_at < $2::timestamptz - interval '1 hour'
)
select name, holder, expires_at as "expiresAt" from lease where starts_with(name, $1::text || '/');

-- name: drop_lease
delete from lease where name = $1 and holder = $2;

-- name: drop_leases
delete from lease where starts_with(name, $1::text || '/') and holder = $2;

-- name: ensure_partitions
select ensure_month_partitions(p, $1) from unnest($2::text[]) as p;

-- name: get_setting
select value from setting where name = $1;

-- name: put_setting
insert into setting (name, value, updated_at) values ($1, $2, $3)
on conflict (name) do update set value = excluded.value, updated_at = excluded.updated_at;
