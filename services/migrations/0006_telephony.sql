-- Up Migration
-- Every call and every message, ours and those that come in: a row before it is placed, and what became of it after.
create table phone_job (
  id uuid primary key,
  kind text not null check (kind in ('call', 'message')),
  direction text not null check (direction in ('out', 'in')),
  incident_id uuid,
  -- The other side, as the network takes it: E.164 or a short number. Never logged.
  number text not null,
  -- What was ordered (CallOrder, MessageOrder), or what a caller hears while he waits.
  detail jsonb not null,
  -- ordered: not given to the network. placing: given, and not known yet whether it has it. placed: the network has it.
  state text not null check (state in ('ordered', 'placing', 'placed', 'ended')),
  -- Fence: who takes the row counts it up, and writes only while it still stands so.
  attempt int not null default 0,
  -- How often the network put it off.
  tries int not null default 0,
  -- When somebody looks at it again; null once it ended.
  next_at timestamptz,
  ordered_at timestamptz not null,
  placing_at timestamptz,
  placed_at timestamptz,
  sid text unique,
  -- Highest SequenceNumber of a callback.
  sequence int not null default -1,
  ringing_at timestamptz,
  answered_at timestamptz,
  joining_at timestamptz,
  joined_at timestamptz,
  ended_at timestamptz,
  machine boolean not null default false,
  -- What the called person chose by key, and what he typed; chosen_at once it was reported.
  choice text,
  typed jsonb not null default '{}',
  chosen_at timestamptz,
  -- Said instead of the thanks: the choice came too late.
  said text,
  hang_up_at timestamptz,
  -- The network's last word, held back while a key may still be on its way.
  final text,
  outcome text,
  check ((state = 'ended') = (next_at is null)),
  check ((state = 'ended') = (outcome is not null))
);
create index phone_job_due on phone_job (next_at) where next_at is not null;
create index phone_job_incident on phone_job (incident_id, ordered_at) where incident_id is not null;
-- While it is not known whether the network has it, no other to the same number: what is found there is then ours without doubt.
create unique index phone_job_placing on phone_job (number, kind) where state = 'placing';
-- A person's telephone is called once at a time; a centre's has many lines.
create unique index phone_job_live on phone_job (number)
  where kind = 'call' and direction = 'out' and state in ('placing', 'placed') and starts_with(number, '+');

-- Recordings stay with the network; here is which there are, of which call and case.
create table phone_recording (
  id uuid primary key,
  sid text not null unique,
  job_id uuid not null references phone_job (id),
  incident_id uuid,
  seconds int not null,
  recorded_at timestamptz not null
);
create index phone_recording_incident on phone_recording (incident_id) where incident_id is not null;
create index phone_recording_job on phone_recording (job_id);

-- Lines that units dial which can do nothing else: the called number tells the key.
create table phone_line (
  number text primary key,
  key text not null
);

-- Down Migration
