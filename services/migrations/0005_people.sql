-- Up Migration
-- Where a responder is; written only while on duty. responder_now holds the newest, position the track.
-- owner: responders
create table position (
  staff_id uuid not null,
  at timestamptz not null,
  lat double precision not null,
  lon double precision not null,
  accuracy real,
  primary key (staff_id, at)
) partition by range (at);
create table position_default partition of position default;

-- owner: responders
create table responder_now (
  staff_id uuid primary key,
  lat double precision not null,
  lon double precision not null,
  at timestamptz not null
);

-- An operator's desk.
-- owner: console
create table desk (
  account_id uuid primary key,
  name text not null,
  state text not null check (state in ('ready', 'talking', 'break', 'wrap_up', 'off')),
  since timestamptz not null,
  seen_at timestamptz not null
);

-- A shift handed over: every open case of the one who goes, signed by both.
-- owner: console
create table shift_handover (
  id uuid primary key,
  from_id uuid not null,
  from_name text not null,
  to_id uuid,
  to_name text,
  note text not null,
  incidents jsonb not null,
  signed_from_at timestamptz not null,
  signed_to_at timestamptz
);

-- Down Migration
