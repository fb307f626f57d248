-- name: find_open_for_update
select * from incident
where subject = any ($1::text[]) and state in ('waiting', 'claimed', 'responding', 'on_scene')
order by id
for update;

-- name: find_cases_of_home_for_update
-- Of a home, or ($2) of one person who has moved: not those of a home's own box, which stays where it hangs.
select * from incident
where state not in ('closed', 'cancelled')
  and case when $2::uuid is null then household_id = $1::uuid
    else resident_id = $2::uuid and not starts_with(subject, 'household:') end
order by id
for update;

-- name: silent_home
select 1 from incident where household_id = $1 and quiet and state not in ('closed', 'cancelled') limit 1;

-- name: find_incidents_for_update
select * from incident where id = any ($1::uuid[]) order by id for update;

-- name: find_due_for_update
select * from incident where wake_at <= $1 and id <> all ($3::uuid[]) order by wake_at limit $2 for update skip locked;

-- name: assignments_of
select * from assignment where incident_id = any ($1::uuid[]) order by offered_at, id;

-- name: handoffs_of
select * from handoff where incident_id = any ($1::uuid[]) order by offered_at, id;

-- name: save
-- The one writer of incidents, assignments, handoffs and history: what was decided, its history, what is to be done,
-- what the box is told and what is to be carried out, in one statement. Fenced by version: a row that is no longer at the version
-- that was read is not written, and the caller sees fewer ids than it gave.
with
  saved_incident as (
    insert into incident as i (
      id, version, state, class, queue, kind, priority, test, quiet, silent, source, subject, region_path, household_id,
      resident_id, device_id, position, opened_at, claimed_at, attended_at, reminded_at, resolved_at, follow_up_at,
      closed_at, deadline_at, update_at, wake_at, owes, owner_id, owner_name, code, satisfied, reason, summary, ladder,
      talk, devices, stages, press_count, last_press_at, area_id, linked, history_seq, history_hash, family_at, calls, needs, asking)
    select
      id, version, state, class, queue, kind, priority, test, quiet, silent, source, subject, region_path, household_id,
      resident_id, device_id, position, opened_at, claimed_at, attended_at, reminded_at, resolved_at, follow_up_at,
      closed_at, deadline_at, update_at, wake_at, owes, owner_id, owner_name, code, satisfied, reason, summary, ladder,
      talk, devices, stages, press_count, last_press_at, area_id, linked, history_seq, history_hash, family_at, calls, needs, asking
    from jsonb_to_recordset($1::jsonb) as r (
      id uuid, version int, state text, class text, queue text, kind text, priority smallint, test boolean,
      quiet boolean, silent boolean, source text, subject text, region_path text, household_id uuid, resident_id uuid,
      device_id text, position jsonb, opened_at timestamptz, claimed_at timestamptz, attended_at timestamptz,
      reminded_at timestamptz, resolved_at timestamptz, follow_up_at timestamptz, closed_at timestamptz,
      deadline_at timestamptz, update_at timestamptz, wake_at timestamptz, owes jsonb, owner_id uuid, owner_name text,
      code text, satisfied text, reason text, summary text, ladder jsonb, talk jsonb, devices jsonb, stages text[], press_count int,
      last_press_at timestamptz, area_id uuid, linked uuid[], history_seq int, history_hash text, was int,
      family_at timestamptz, calls jsonb, needs smallint, asking jsonb)
    order by id
    on conflict (id) do update set
      version = excluded.version, state = excluded.state, class = excluded.class, queue = excluded.queue,
      kind = excluded.kind, priority = excluded.priority, quiet = excluded.quiet, silent = excluded.silent,
      region_path = excluded.region_path, household_id = excluded.household_id, resident_id = excluded.resident_id,
      device_id = excluded.device_id, position = excluded.position, claimed_at = excluded.claimed_at,
      attended_at = excluded.attended_at, reminded_at = excluded.reminded_at, resolved_at = excluded.resolved_at,
      follow_up_at = excluded.follow_up_at, closed_at = excluded.closed_at, deadline_at = excluded.deadline_at,
      update_at = excluded.update_at, wake_at = excluded.wake_at, owes = excluded.owes, owner_id = excluded.owner_id,
      owner_name = excluded.owner_name, code = excluded.code, satisfied = excluded.satisfied, reason = excluded.reason,
      summary = excluded.summary, ladder = excluded.ladder, talk = excluded.talk, devices = excluded.devices, stages = excluded.stages,
      press_count = excluded.press_count, last_press_at = excluded.last_press_at, area_id = excluded.area_id,
      linked = excluded.linked, history_seq = excluded.history_seq, history_hash = excluded.history_hash,
      family_at = excluded.family_at, calls = excluded.calls, needs = excluded.needs, asking = excluded.asking
    where i.history_seq < excluded.history_seq and i.version < excluded.version and i.version >= excluded.version - $8::int
    returning id
  ),
  saved_assignment as (
    insert into assignment as a (
      id, incident_id, staff_id, name, role, phone, state, why, minutes, offered_at, expires_at, check_at, eta_at,
      accepted_at, departed_at, arrived_at, ended_at, decline_reason, wave, metres, misses, prove_by)
    select * from jsonb_to_recordset($2::jsonb) as r (
      id uuid, incident_id uuid, staff_id uuid, name text, role text, phone text, state text, why text, minutes int,
      offered_at timestamptz, expires_at timestamptz, check_at timestamptz, eta_at timestamptz, accepted_at timestamptz,
      departed_at timestamptz, arrived_at timestamptz, ended_at timestamptz, decline_reason text, wave smallint, metres int, misses smallint, prove_by timestamptz)
    on conflict (id) do update set
      state = excluded.state, minutes = excluded.minutes, expires_at = excluded.expires_at, check_at = excluded.check_at,
      eta_at = excluded.eta_at, accepted_at = excluded.accepted_at, departed_at = excluded.departed_at,
      arrived_at = excluded.arrived_at, ended_at = excluded.ended_at, decline_reason = excluded.decline_reason, misses = excluded.misses, prove_by = excluded.prove_by
  ),
  saved_handoff as (
    insert into handoff as h (
      id, incident_id, target, state, note, offered_at, deadline_at, case_number, seat, reject_reason, accepted_at, ended_at)
    select * from jsonb_to_recordset($3::jsonb) as r (
      id uuid, incident_id uuid, target text, state text, note text, offered_at timestamptz, deadline_at timestamptz,
      case_number text, seat text, reject_reason text, accepted_at timestamptz, ended_at timestamptz)
    on conflict (id) do update set
      state = excluded.state, note = excluded.note, deadline_at = excluded.deadline_at,
      case_number = excluded.case_number, seat = excluded.seat, reject_reason = excluded.reject_reason,
      accepted_at = excluded.accepted_at, ended_at = excluded.ended_at
  ),
  saved_history as (
    insert into history (incident_id, seq, at, kind, by_kind, by_id, by_name, data, patch, prev_hash, hash)
    select * from jsonb_to_recordset($4::jsonb) as r (
      incident_id uuid, seq int, at timestamptz, kind text, by_kind text, by_id text, by_name text, data jsonb,
      patch jsonb, prev_hash text, hash text)
  ),
  saved_intent as (
    insert into intent (id, incident_id, kind, queue, detail, created_at)
    select * from jsonb_to_recordset($5::jsonb) as r (
      id uuid, incident_id uuid, kind text, queue text, detail jsonb, created_at timestamptz)
    on conflict (id) do nothing
  ),
  saved_told as (
    insert into told (incident_id, device_id, seq, stage, at, body)
    select * from jsonb_to_recordset($6::jsonb) as r (
      incident_id uuid, device_id text, seq int, stage text, at timestamptz, body jsonb)
    on conflict do nothing
    returning incident_id, device_id, seq
  ),
  saved_outbox as (
    insert into outbox (topic, key, payload, created_at)
    select topic, key, payload, created_at from jsonb_to_recordset($7::jsonb) as r (
      topic text, key text, payload jsonb, created_at timestamptz, told jsonb)
    where r.told is null
      or (r.told ->> 'incident_id', r.told ->> 'device_id', r.told ->> 'seq') in (
        select s.incident_id::text, s.device_id, s.seq::text from saved_told s)
  )
select id from saved_incident;

-- name: insert_presses
with
  rows as (
    select * from jsonb_to_recordset($1::jsonb) as r (
      id uuid, received_at timestamptz, device text, adapter text, event_id text, type text, at timestamptz, at_key text,
      key text, battery real, test boolean, late boolean, flagged boolean, known boolean, readable boolean,
      location jsonb, detail jsonb, topic text, raw text, incident_id uuid, region_path text)
  ),
  keys as (
    insert into press_key (device, event_id, type, at, press_id, incident_id, received_at)
    select device, event_id, type, at_key, id, incident_id, received_at from rows
    order by device, event_id, type, at_key
  )
insert into press (
  id, received_at, device, adapter, event_id, type, at, key, battery, test, late, flagged, known, readable, location,
  detail, topic, raw, incident_id, region_path)
select
  id, received_at, device, adapter, event_id, type, at, key, battery, test, late, flagged, known, readable, location,
  detail, topic, decode(raw, 'base64'), incident_id, region_path
from rows;

-- name: find_press_keys
select k.device, k.event_id, k.type, k.at, k.press_id, k.incident_id, k.received_at
from unnest($1::text[], $2::text[]) as wanted (device, event_id)
join press_key k on k.device = wanted.device and k.event_id = wanted.event_id;

-- name: told_of
select incident_id, device_id, seq, stage, at, body from told where incident_id = any ($1::uuid[]) order by seq;

-- name: told_again
select t.incident_id, t.device_id, t.body, i.quiet
from told t
join incident i on i.id = t.incident_id
where t.incident_id = any ($1::uuid[])
order by t.seq;

-- name: quiet_of
select id from incident where id = any ($1::uuid[]) and quiet;

-- name: told_for_device
select t.incident_id, t.device_id, t.body, i.quiet
from told t
join incident i on i.id = t.incident_id
where t.device_id = $1 and i.state <> 'closed'
  and (i.state not in ('resolved', 'cancelled') or coalesce(i.closed_at, i.resolved_at) > $2)
order by t.incident_id, t.seq;

-- name: policies
select distinct on (kind) kind, version, body from policy order by kind, version desc;

-- name: policy_versions
select kind, version, created_at as "at", created_by as "by" from policy order by created_at desc, kind, version desc limit $1;

-- name: add_policy
insert into policy (kind, version, body, created_at, created_by)
select $1, coalesce((select max(version) from policy where kind = $1), 0) + 1, $2, $3, $4
returning version;

-- name: open_maintenance
insert into maintenance (id, device, kind, text, opened_at, last_at)
select * from jsonb_to_recordset($1::jsonb) as r (
  id uuid, device text, kind text, text text, opened_at timestamptz, last_at timestamptz)
on conflict (device, kind) where closed_at is null do update set
  last_at = excluded.last_at, count = maintenance.count + 1;

-- name: take_intent
-- Not waited for: a frozen worker may hold the row, and who looks for work must get on with the next.
update intent set attempt = attempt + 1, leased_until = $2
where id = (
  select id from intent
  where id = $1 and state = 'pending' and (leased_until is null or leased_until < $3)
  for update skip locked)
returning id, incident_id, kind, queue, detail, attempt, created_at;

-- name: lock_intent
select id from intent where id = $1 and state = 'pending' and attempt = $2 for update;

-- name: finish_intent
update intent set state = 'done', outcome = $3, done_at = $4, leased_until = null
where id = $1 and state = 'pending' and attempt = $2
returning id;

-- name: find_unfinished_intents
select id, queue, attempt from intent
where state = 'pending' and created_at < $1 and (leased_until is null or leased_until < $2)
order by created_at
limit $3;

-- name: list_incidents
select * from incident
where ($1::text[] is null or state = any ($1::text[]))
  and ($2::text is null or queue = $2)
  and (region_path is null and $9::boolean or exists (select 1 from unnest($3::text[]) p where starts_with(region_path, p)))
  and ($4::text is null or starts_with(region_path, $4))
  and ($5::uuid[] is null or household_id = any ($5::uuid[]) or id = any ($5::uuid[]))
  and ($6::timestamptz is null or (opened_at, id) < ($6::timestamptz, $7::uuid))
order by opened_at desc, id desc
limit $8;

-- name: snapshot_incidents
select * from incident
where state not in ('closed', 'cancelled')
  and (region_path is null or exists (select 1 from unnest($1::text[]) p where starts_with(region_path, p)))
order by state = 'resolved', state <> 'waiting', priority, opened_at, id
limit $2;

-- name: get_incident
select * from incident
where id = $1
  and (region_path is null and $3::boolean or exists (select 1 from unnest($2::text[]) p where starts_with(region_path, p)));

-- name: get_incidents
select * from incident where id = any ($1::uuid[]);

-- name: presses_of
select id, incident_id, device, event_id, type, at, received_at, key, battery, test, late, flagged, known, readable,
  case when readable and known then null else encode(substring(raw from 1 for 4096), 'base64') end as raw
from press
where incident_id = any ($1::uuid[])
order by received_at, id;

-- name: history_of
select seq, at, kind, by_kind, by_id, by_name, data, patch, prev_hash, hash
from history where incident_id = $1 order by seq;

-- name: areas_of
select a.id, a.name, a.count from area_event a where a.id = any ($1::uuid[]);

-- name: summary
select
  count(*) filter (where state = 'waiting')::int as waiting,
  count(*) filter (where state in ('claimed', 'responding', 'on_scene'))::int as active,
  count(*) filter (where opened_at >= $2 and not test)::int as today,
  min(opened_at) filter (where state = 'waiting') as oldest
from incident
where (state in ('waiting', 'claimed', 'responding', 'on_scene') or opened_at >= $2)
  and (region_path is null or exists (select 1 from unnest($1::text[]) p where starts_with(region_path, p)));

-- name: list_presses
select id, event_id, device, adapter, type, at, received_at, raw, incident_id
from press
where ($1::text is null or device = $1)
  and ($2::text is null or adapter = $2)
  and ($3::timestamptz is null or received_at >= $3)
  and ($4::timestamptz is null or (received_at, id) < ($4::timestamptz, $5::uuid))
  and (region_path is null or exists (select 1 from unnest($7::text[]) p where starts_with(region_path, p)))
order by received_at desc, id desc
limit $6;

-- name: visible_incidents
select id from incident
where id = any ($1::uuid[])
  and (region_path is null and $3::boolean or exists (select 1 from unnest($2::text[]) p where starts_with(region_path, p)));

-- name: place_of
select region_path, household_id from incident where id = $1;

-- name: owners_busy
select i.owner_id, i.id, i.attended_at
from incident i
where i.owner_id = any ($1::uuid[]) and i.state in ('claimed', 'responding', 'on_scene') and i.class = 'rescue';

-- name: find_area_candidates
select region_path, array_agg(id order by id) as ids, count(distinct subject)::int as homes
from incident
where state in ('waiting', 'claimed', 'responding', 'on_scene') and class = 'rescue' and not test
  and region_path is not null and opened_at >= $1
group by region_path
having count(distinct subject) >= $2 and bool_or(area_id is null);

-- name: find_area
select id, count from area_event where scope = $1 and last_at >= $2 order by last_at desc limit 1 for update;

-- name: put_area
insert into area_event (id, scope, name, region_path, opened_at, last_at, count)
values ($1, $2, $3, $4, $5, $5, $6)
on conflict (id) do update set last_at = excluded.last_at, count = excluded.count;

-- name: load_of_staff
-- What each has in hand or is being asked for beside this case, and how often he said no since $3.
select a.staff_id, count(*) filter (where a.state in ('accepted', 'under_way', 'on_scene') and a.incident_id <> $2)::int as busy,
  count(*) filter (where a.state = 'offered' and a.incident_id <> $2)::int as asked,
  count(*) filter (where a.state = 'declined' and a.ended_at >= $3)::int as declines
from assignment a
where a.staff_id = any ($1::uuid[])
  and (a.state in ('offered', 'accepted', 'under_way', 'on_scene') or a.state = 'declined' and a.ended_at >= $3)
group by a.staff_id;

-- name: live_assignments
select a.id, a.incident_id, a.staff_id, a.name, a.role, a.state, a.wave, a.state = 'on_scene' and a.prove_by is not null as unproven, i.region_path
from assignment a
join incident i on i.id = a.incident_id
where a.state in ('offered', 'accepted', 'under_way', 'on_scene');

-- name: incident_of_assignment
select incident_id, staff_id from assignment where id = $1;

-- name: history_heads
select count(*)::int as heads, encode(sha256(convert_to(coalesce(string_agg(id::text || history_hash, ',' order by id), ''), 'UTF8')), 'hex') as hash
from incident;

-- name: add_checkpoint
insert into history_checkpoint (at, heads, hash) values ($1, $2, $3) on conflict (at) do nothing;

-- name: open_of_owner
select id, state, opened_at, reason from incident
where owner_id = $1 and state in ('claimed', 'responding', 'on_scene')
order by opened_at;

-- name: goal_of
select i.position, a.minutes from incident i join assignment a on a.incident_id = i.id where i.id = $1 and a.id = $2;

-- name: desk_calls_ended
select i.id as "incidentId", c ->> 'id' as id, c ->> 'party' as "accountId", c ->> 'name' as name
from incident i
cross join lateral jsonb_array_elements(i.calls) c
where i.opened_at >= $1 and i.opened_at < $2 and i.state in ('resolved', 'closed', 'cancelled') and not i.test
  and c ->> 'purpose' = 'desk' and (c ->> 'endedAt')::float8 >= $3::float8 and (c ->> 'endedAt')::float8 < $4::float8
order by c ->> 'id';

-- name: open_of_devices
select id from incident where device_id = any ($1::text[]) and state not in ('closed', 'cancelled');

-- name: open_cases_about
-- Of this resident, or of her home while nobody has said who it is.
select id from incident
where state not in ('closed', 'cancelled') and (resident_id = $1::uuid or (resident_id is null and household_id = $2::uuid))
order by id;
