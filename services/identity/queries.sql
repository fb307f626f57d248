-- name: find_account_by_username
select id, username, password_hash as "passwordHash", role, name, totp_secret as "totpSecret", disabled_at is not null as disabled
from account where lower(username) = lower($1);

-- name: use_code_step
-- A code is good once: nobody gets past who comes second with the same step, or with an earlier one.
update account set totp_used_step = $2
where id = $1 and (totp_used_step is null or totp_used_step < $2)
returning id;

-- name: list_second_factors
select id, totp_secret as kept from account where totp_secret is not null;

-- name: seal_second_factor
-- The same secret in another form: neither the version nor the codes that were used change.
update account set totp_secret = $3 where id = $1 and totp_secret = $2;

-- name: take_attempt
-- Counts an attempt before it is looked at, so that a hundred at once are not looked at together; no row: too early.
-- $3 how many may fail before it slows down, $4 the longest wait (s), $5 after which pause (s) counting starts anew.
insert into sign_in_attempt as t (key, failures, last_at, next_at) values ($1, 1, $2, 'epoch')
on conflict (key) do update set
  failures = case when t.last_at < $2::timestamptz - make_interval(secs => $5) then 1 else least(t.failures + 1, 1000) end,
  last_at = excluded.last_at,
  next_at = case
    -- Not "now": of two that come together the one with the earlier time may be counted second.
    when t.last_at < $2::timestamptz - make_interval(secs => $5) or t.failures + 1 < $3 then 'epoch'
    else excluded.last_at + make_interval(secs => least($4, power(2, least(t.failures + 1 - $3, 10))))
  end
where t.next_at <= excluded.last_at
returning failures;

-- name: next_attempt
select next_at as "nextAt" from sign_in_attempt where key = $1;

-- name: forgive_attempt
update sign_in_attempt set failures = greatest(failures - 1, 0), next_at = 'epoch' where key = $1;

-- name: forget_attempts
delete from sign_in_attempt where key = any ($1::text[]);

-- name: drop_old_attempts
delete from sign_in_attempt where key in (select key from sign_in_attempt where last_at < $1 limit 5000);

-- name: is_known_address
select exists (
  select 1 from session s join account a on a.id = s.account_id
  where lower(a.username) = lower($1) and s.address = $2 and s.created_at > $3
) as known;

-- name: open_session
insert into session (id, account_id, created_at, expires_at, seen_at, address, agent) values ($1, $2, $3, $4, $3, $5, $6);

-- name: find_session
-- The viewer of a live session: not ended, not run out, not idle since $3, of an account that is not disabled.
select s.id as "sessionId", s.account_id as "accountId", a.name, a.username, a.role, a.staff_id as "staffId",
  s.expires_at as "expiresAt", s.seen_at as "seenAt",
  array(select r.region_path from account_region r where r.account_id = a.id order by r.region_path) as regions
from session s join account a on a.id = s.account_id
where s.id = $1 and s.ended_at is null and s.expires_at > $2 and s.seen_at > $3 and a.disabled_at is null;

-- name: touch_session
update session set seen_at = $2 where id = $1 and seen_at < $2;

-- name: end_session
update session set ended_at = $2 where id = $1 and ended_at is null returning id;

-- name: end_sessions_of
update session set ended_at = $2 where account_id = $1 and ended_at is null and id <> all ($3::text[]) returning id;

-- name: find_ended_sessions
select given.id from unnest($1::text[]) as given (id)
where not exists (
  select 1 from session s join account a on a.id = s.account_id
  where s.id = given.id and s.ended_at is null and s.expires_at > $2 and a.disabled_at is null
);

-- name: drop_old_sessions
delete from session where id in (select id from session where expires_at < $1 limit 5000);

-- name: has_accounts
select exists (select 1 from account) as "hasAccounts";

-- name: lock_accounts
lock table account in share row exclusive mode;

-- name: add_setup_code
insert into setup_code (hash, created_at) values ($1, $2);

-- name: find_setup_code
select 1 as found from setup_code where hash = $1 and created_at > $2;

-- name: drop_setup_codes
delete from setup_code;

-- name: add_account
insert into account (id, username, password_hash, role, name, staff_id, totp_secret, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict do nothing
returning id;

-- name: add_account_regions
insert into account_region (account_id, region_id, region_path)
select $1, r.id, r.path from unnest($2::uuid[], $3::text[]) as r (id, path)
on conflict do nothing;

-- name: drop_account_regions
delete from account_region where account_id = $1;

-- name: list_accounts
-- Accounts that lie wholly within $1; $2 one of them, $3 a part of a name, $4 the last id of the page before.
select a.id, a.username, a.name, a.role, a.staff_id as "staffId", a.totp_secret is not null as "hasSecondFactor",
  a.created_at as "createdAt", a.disabled_at as "disabledAt", a.version,
  (select max(s.seen_at) from session s where s.account_id = a.id) as "seenAt",
  array(select r.region_path from account_region r where r.account_id = a.id order by r.region_path) as paths
from account a
where exists (select 1 from account_region r where r.account_id = a.id)
  and not exists (
    select 1 from account_region r
    where r.account_id = a.id and not exists (select 1 from unnest($1::text[]) p where starts_with(r.region_path, p)))
  and ($2::uuid is null or a.id = $2)
  and ($3::text is null or position(lower($3) in lower(a.username || ' ' || a.name)) > 0)
  and ($4::uuid is null or a.id > $4)
order by a.id
limit $5;

-- name: lock_account
select id, username, name, role, staff_id as "staffId", totp_secret as "totpSecret", password_hash as "passwordHash",
  disabled_at as "disabledAt", version
from account where id = $1 for update;

-- name: change_account
update account set name = $2, role = $3, staff_id = $4, totp_secret = $5, password_hash = $6, disabled_at = $7,
  totp_used_step = case when totp_secret is not distinct from $5 then totp_used_step end,
  version = version + 1
where id = $1;

-- name: add_audit
insert into audit (id, at, account_id, account_name, what, subject, data, address) values ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: list_audit
-- What people within $1 did; what nobody known did (a wrong user name) only for those who see everything.
select u.id, u.at, u.account_id as "accountId", u.account_name as "accountName", u.what, u.subject, u.data, u.address
from audit u
where case when u.account_id is null then '' = any ($1::text[])
    else exists (select 1 from account_region r where r.account_id = u.account_id)
      and not exists (
        select 1 from account_region r
        where r.account_id = u.account_id and not exists (select 1 from unnest($1::text[]) p where starts_with(r.region_path, p)))
  end
  and ($2::uuid is null or u.id < $2)
  and ($3::uuid is null or u.account_id = $3)
  and ($4::text is null or starts_with(u.what, $4))
  and ($5::timestamptz is null or u.at >= $5)
order by u.id desc
limit $6;

-- name: start_looks
insert into look_head (resident_id, seq, hash) values ($1, 0, $2) on conflict do nothing;

-- name: find_look_head
select seq, hash from look_head where resident_id = $1;

-- name: add_look
-- Extends the chain only where it still ends as we saw it: the row of the head is locked by its update.
with head as (
  update look_head set seq = $2, hash = $9
  where resident_id = $1 and seq = $2 - 1 and hash = $8
  returning resident_id
)
insert into look (resident_id, seq, at, account_id, account_name, what, incident_id, address, prev_hash, hash)
select head.resident_id, $2, $3, $4, $5, $6, $7, $10, $8, $9 from head
returning seq;

-- name: list_looks
select seq, at, account_id as "accountId", account_name as "accountName", what, incident_id as "incidentId", address, prev_hash as prev, hash
from look
where resident_id = $1 and ($2::int is null or seq < $2)
order by seq desc
limit $3;

-- name: follow_looks
select seq, at, account_id as "accountId", account_name as "accountName", what, incident_id as "incidentId", address, prev_hash as prev, hash
from look
where resident_id = $1 and seq > $2
order by seq
limit $3;

-- name: accounts_sharing
select distinct a.id
from account a
join account_region r on r.account_id = a.id
where a.disabled_at is null and a.role = any ($2::text[])
  and exists (select 1 from unnest($1::text[]) p where starts_with(r.region_path, p) or starts_with(p, r.region_path));

-- name: desk_phone
select phone from account where id = $1 and disabled_at is null;

-- name: account_sees
select 1 from account a
join account_region r on r.account_id = a.id
where a.id = $1 and a.disabled_at is null and starts_with($2, r.region_path)
limit 1;

-- name: accounts_of_role
-- Of these accounts, those of that role that lie wholly within $3 and may sign in.
select a.id from account a
where a.id = any ($1::uuid[]) and a.role = $2 and a.disabled_at is null
  and exists (select 1 from account_region r where r.account_id = a.id)
  and not exists (
    select 1 from account_region r
    where r.account_id = a.id and not exists (select 1 from unnest($3::text[]) p where starts_with(r.region_path, p)));

-- name: set_desk_phone
update account set phone = $2 where id = $1;

-- name: owners_of_desk_phones
select phone, name from account where phone = any ($1::text[]) and disabled_at is null;
