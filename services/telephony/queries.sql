-- name: add_job
insert into phone_job (id, kind, direction, incident_id, number, detail, state, next_at, ordered_at, placed_at, sid)
values ($1, $2, $3, $4, $5, $6, $7, $8::timestamptz, $9::timestamptz, $10::timestamptz, $11)
on conflict do nothing
returning id;

-- name: ask_hang_up
update phone_job set hang_up_at = coalesce(hang_up_at, $2::timestamptz), next_at = $2
where id = $1 and state <> 'ended'
returning id;

-- name: find_due
-- An order waits while another to the same number is being placed, or, a person's telephone, is in use; at last it is told busy.
-- Who called us about the case himself, and still is on the line, need not be called.
select j.*, u.in_use, exists (
  select 1 from phone_job c
  where c.direction = 'in' and c.state = 'placed' and c.number = j.number and c.incident_id = j.incident_id
) as on_line
from phone_job j
cross join lateral (
  select j.state = 'ordered' and j.hang_up_at is null and exists (
    select 1 from phone_job o
    where o.number = j.number and o.kind = j.kind and o.id <> j.id and o.direction = 'out'
      and (o.state = 'placing' or (o.state = 'placed' and o.kind = 'call' and starts_with(o.number, '+')))
  ) as in_use
) u
where j.next_at <= $1::timestamptz
  and (not u.in_use or (j.kind = 'call' and j.ordered_at < $1::timestamptz - $3::interval))
order by j.next_at
limit $2
for update of j skip locked;

-- name: lock_job
select * from phone_job where id = $1 for update;

-- name: lock_job_by_sid
select * from phone_job where sid = $1 for update;

-- name: save_job
update phone_job set
  incident_id = $2, detail = $3, state = $4, attempt = $5, tries = $6, next_at = $7, placing_at = $8, placed_at = $9, sid = $10,
  sequence = $11, ringing_at = $12, answered_at = $13, joining_at = $14, joined_at = $15, ended_at = $16, machine = $17,
  choice = $18, typed = $19, chosen_at = $20, said = $21, hang_up_at = $22, final = $23, outcome = $24
where id = $1;

-- name: known_sids
select sid from phone_job where sid = any ($1::text[]) and id <> $2;

-- name: sid_of
select sid from phone_job where id = $1;

-- name: waiting_before
-- Callers who called before this one and for whom nobody has come on the line yet; null for who was called by us.
select case own.direction when 'in' then (
  select count(*)::int from phone_job j
  where j.direction = 'in' and j.state = 'placed' and j.joined_at is null and j.ordered_at < own.ordered_at
) end as count
from phone_job own
where own.id = $1;

-- name: callers_waiting
select id from phone_job
where incident_id = $1 and direction = 'in' and state = 'placed' and joined_at is null and id <> $2;

-- name: put_recording
-- Known already, or a second one of the same conference: the first stays.
insert into phone_recording (id, sid, job_id, incident_id, seconds, recorded_at, conference_sid)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict do nothing;

-- name: find_recording
select r.id, r.sid, r.incident_id as "incidentId", r.seconds, r.recorded_at as "recordedAt"
from phone_recording r where r.id = $1;

-- name: calls_of
select j.id, j.direction, j.number, j.ordered_at as "orderedAt", j.answered_at as "answeredAt", j.ended_at as "endedAt",
  j.joined_at as "joinedAt", j.outcome, j.choice, j.detail -> 'ask' as ask
from phone_job j
where j.incident_id = $1 and j.kind = 'call'
order by j.ordered_at, j.id;

-- name: recordings_of
-- When each began is counted back from its end.
select id, incident_id as "incidentId", seconds,
  recorded_at - make_interval(secs => seconds) as "startedAt", recorded_at as "endedAt"
from phone_recording
where incident_id = any ($1::uuid[])
order by recorded_at, id;

-- name: joined_calls
select id, joined_at as "joinedAt", ended_at as "endedAt"
from phone_job
where id = any ($1::uuid[]) and joined_at is not null and ended_at is not null;

-- name: list_lines
select number, key from phone_line order by number;

-- name: put_line
insert into phone_line (number, key) values ($1, $2);

-- name: drop_line
delete from phone_line where number = any ($1::text[]);

-- name: line_key
select key from phone_line where number = $1;

-- name: has_recorded_calls
-- Calls of the case that have not ended and were told, or will be told, that they are recorded.
select 1 from phone_job
where incident_id = $1 and kind = 'call' and state <> 'ended' and (detail ->> 'record')::boolean
limit 1;

-- name: ask_recording_stop
insert into recording_stop (id, incident_id, asked_at, next_at) values ($1, $2, $3, $3) on conflict do nothing;

-- name: take_recording_stops
update recording_stop set next_at = $2
where id in (select id from recording_stop where next_at <= $1 order by next_at limit $3 for update skip locked)
returning id, incident_id as "incidentId";

-- name: lock_recording_stop
select 1 from recording_stop where id = $1 and next_at is not null for update;

-- name: save_recording_stop
update recording_stop set next_at = $2, outcome = $3 where id = $1;

-- name: is_recording_stopped
select 1 from recording_stop where incident_id = $1 and asked_at >= $2::timestamptz limit 1;
