-- name: begin_call
-- Takes the key for this call. A row older than $6 counts as never written.
insert into idempotency (account_id, key, request_hash, intent_id, created_at, held_until)
values ($1, $2, $3, $4, $5, $7)
on conflict (account_id, key) do update set
  request_hash = excluded.request_hash,
  intent_id = excluded.intent_id,
  attempt = idempotency.attempt + 1,
  status = null,
  body = null,
  created_at = excluded.created_at,
  held_until = excluded.held_until
where idempotency.created_at < $6
returning intent_id, attempt;

-- name: find_call
select request_hash, intent_id, attempt, status, body, held_until from idempotency where account_id = $1 and key = $2;

-- name: take_over_call
-- The call that held the key failed, or its process died: go on under the same intent.
update idempotency set attempt = attempt + 1, held_until = $5
where account_id = $1 and key = $2 and attempt = $3 and status is null and held_until <= $4
returning intent_id, attempt;

-- name: keep_answer
update idempotency set status = $4, body = $5
where account_id = $1 and key = $2 and attempt = $3 and status is null;

-- name: let_go_call
update idempotency set held_until = $4
where account_id = $1 and key = $2 and attempt = $3 and status is null;

-- name: drop_old_calls
delete from idempotency where (account_id, key) in (select account_id, key from idempotency where created_at < $1 limit 5000);
