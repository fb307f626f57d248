-- Up Migration
-- Everything that came in, raw. Partitioned by month of receipt; the default partition takes what no month was made for.
create table press (
  id uuid not null,
  received_at timestamptz not null,
  device text not null,
  adapter text,
  event_id text not null,
  type text not null,
  at timestamptz,
  key text,
  battery real,
  test boolean not null default false,
  late boolean not null default false,
  flagged boolean not null default false,
  known boolean not null default true,
  readable boolean not null default true,
  count int not null default 1,
  location jsonb,
  detail jsonb,
  topic text,
  raw bytea,
  incident_id uuid,
  region_path text collate "C",
  primary key (id, received_at)
) partition by range (received_at);
create table press_default partition of press default;
create index press_incident on press (incident_id, received_at);
create index press_device on press (device, received_at desc);
create index press_received on press (received_at desc);

-- What is a duplicate: same device, id, type and source time. Unpartitioned, since Postgres refuses a unique key that
-- does not hold the partition's column.
create table press_key (
  device text not null,
  event_id text not null,
  type text not null,
  at text not null,
  press_id uuid not null,
  incident_id uuid,
  received_at timestamptz not null,
  primary key (device, event_id, type, at)
);

create table area_event (
  id uuid primary key,
  scope text not null,
  name text not null,
  region_path text collate "C" not null,
  opened_at timestamptz not null,
  last_at timestamptz not null,
  count int not null
);
create index area_event_scope on area_event (scope, last_at);

create table incident (
  id uuid primary key,
  version int not null,
  state text not null check (state in ('waiting', 'claimed', 'responding', 'on_scene', 'resolved', 'closed', 'cancelled')),
  class text not null check (class in ('rescue', 'household')),
  queue text not null check (queue in ('household', 'medical', 'emergency')),
  kind text not null,
  priority smallint not null,
  test boolean not null,
  quiet boolean not null,
  silent boolean not null,
  source text not null,
  subject text not null,
  region_path text collate "C",
  household_id uuid,
  resident_id uuid,
  device_id text,
  position jsonb,
  opened_at timestamptz not null,
  claimed_at timestamptz,
  attended_at timestamptz,
  reminded_at timestamptz,
  resolved_at timestamptz,
  follow_up_at timestamptz,
  closed_at timestamptz,
  deadline_at timestamptz,
  update_at timestamptz,
  wake_at timestamptz,
  owes jsonb not null,
  owner_id uuid,
  owner_name text,
  code text,
  satisfied text,
  reason text not null,
  summary text,
  ladder jsonb not null,
  talk jsonb,
  devices jsonb not null default '[]',
  stages text[] not null default '{}',
  press_count int not null,
  last_press_at timestamptz,
  area_id uuid,
  linked uuid[] not null default '{}',
  history_seq int not null,
  history_hash text not null,
  constraint live_has_deadline check (state in ('closed', 'cancelled') or deadline_at is not null),
  constraint ended_has_no_owner_deadline check (state not in ('closed', 'cancelled') or wake_at is null)
);
create unique index incident_one_open on incident (subject, class, test) where state in ('waiting', 'claimed', 'responding', 'on_scene');
create index incident_wake on incident (wake_at) where wake_at is not null;
create index incident_open on incident (priority, opened_at) where state not in ('closed', 'cancelled');
create index incident_region on incident (region_path, opened_at);
create index incident_opened on incident (opened_at desc);
create index incident_owner on incident (owner_id) where state not in ('closed', 'cancelled');

create table assignment (
  id uuid primary key,
  incident_id uuid not null references incident (id),
  staff_id uuid not null,
  name text not null,
  role text not null,
  phone text,
  state text not null check (state in ('offered', 'accepted', 'under_way', 'on_scene', 'done', 'declined', 'expired', 'withdrawn')),
  why text not null,
  minutes int not null,
  offered_at timestamptz not null,
  expires_at timestamptz,
  check_at timestamptz,
  eta_at timestamptz,
  accepted_at timestamptz,
  departed_at timestamptz,
  arrived_at timestamptz,
  ended_at timestamptz,
  decline_reason text
);
create index assignment_incident on assignment (incident_id);
create index assignment_staff on assignment (staff_id) where state in ('offered', 'accepted', 'under_way', 'on_scene');
-- One person can't hold the same incident twice at a time.
create unique index assignment_one_live on assignment (incident_id, staff_id) where state in ('offered', 'accepted', 'under_way', 'on_scene');

create table handoff (
  id uuid primary key,
  incident_id uuid not null references incident (id),
  target text not null check (target in ('110', '119', '120', 'hospital')),
  state text not null check (state in ('offered', 'accepted', 'rejected', 'dispatched', 'on_scene', 'closed', 'withdrawn')),
  note text,
  offered_at timestamptz not null,
  deadline_at timestamptz,
  case_number text,
  seat text,
  reject_reason text,
  accepted_at timestamptz,
  ended_at timestamptz
);
create index handoff_incident on handoff (incident_id);

-- What is to be done in the world, written before it is done. attempt fences: only the holder of the newest attempt may
-- write the outcome.
create table intent (
  id uuid primary key,
  incident_id uuid not null references incident (id),
  kind text not null,
  queue text not null,
  detail jsonb not null,
  state text not null default 'pending' check (state in ('pending', 'done')),
  outcome text,
  attempt int not null default 0,
  leased_until timestamptz,
  created_at timestamptz not null,
  done_at timestamptz
);
create index intent_pending on intent (created_at) where state = 'pending';
create index intent_incident on intent (incident_id);

-- Append-only. patch is what this step changed, so that the state can be rebuilt from the history alone.
create table history (
  incident_id uuid not null,
  seq int not null,
  at timestamptz not null,
  kind text not null,
  by_kind text not null,
  by_id text,
  by_name text not null,
  data jsonb not null,
  patch jsonb not null,
  prev_hash text not null,
  hash text not null,
  primary key (incident_id, seq, at)
) partition by range (at);
create table history_default partition of history default;

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'history is append-only';
end $$;
create trigger history_append_only before update or delete on history for each row execute function refuse_change();

create table history_checkpoint (
  at timestamptz primary key,
  heads int not null,
  hash text not null
);

-- What the box was told: one row per incident, device and stage ("update" any number).
create table told (
  incident_id uuid not null,
  device_id text not null,
  seq int not null,
  stage text not null,
  at timestamptz not null,
  body jsonb not null,
  primary key (incident_id, device_id, seq)
);
create unique index told_once on told (incident_id, device_id, stage) where stage <> 'update';

-- Routing rules and ladders as data, versioned; the newest version of a kind is in force.
create table policy (
  kind text not null check (kind in ('routing', 'ladder')),
  version int not null,
  body jsonb not null,
  created_at timestamptz not null,
  created_by text not null,
  primary key (kind, version)
);

create table maintenance (
  id uuid primary key,
  device text not null,
  kind text not null,
  text text not null,
  opened_at timestamptz not null,
  last_at timestamptz not null,
  count int not null default 1,
  closed_at timestamptz
);
create unique index maintenance_one_open on maintenance (device, kind) where closed_at is null;

-- Down Migration
