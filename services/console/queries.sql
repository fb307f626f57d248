-- name: put_desk
insert into desk (account_id, name, state, since, seen_at) values ($1, $2, $3, $4, $4)
on conflict (account_id) do update set
  name = excluded.name,
  since = case when desk.state = excluded.state then desk.since else excluded.since end,
  state = excluded.state,
  seen_at = excluded.seen_at
returning account_id, name, state, since;

-- name: see_desks
update desk set seen_at = $2 where account_id = any ($1::uuid[]);

-- name: close_lost_desks
update desk set state = 'off', since = $2 where state <> 'off' and seen_at < $1
returning account_id, name, state, since;

-- name: list_desks
select account_id, name, state, since from desk where state <> 'off' and account_id = any ($1::uuid[]) order by name;

-- name: desks_of
select account_id, state from desk where account_id = any ($1::uuid[]);

-- name: add_handover
insert into shift_handover (id, from_id, from_name, to_id, to_name, note, incidents, signed_from_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (id) do nothing;

-- name: list_handovers
select id, from_id, from_name, to_id, to_name, note, incidents, signed_from_at, signed_to_at
from shift_handover
where (from_id = any ($1::uuid[]) or to_id = $3) and (not $2::boolean or signed_to_at is null)
order by signed_from_at desc
limit 100;

-- name: get_handover
select id, from_id, from_name, to_id, to_name, note, incidents, signed_from_at, signed_to_at
from shift_handover where id = $1 for update;

-- name: sign_handover
update shift_handover set to_id = $2, to_name = $3, signed_to_at = $4 where id = $1 and signed_to_at is null returning id;
