-- Up Migration
create table account (
  id uuid primary key,
  username text not null,
  password_hash text not null,
  role text not null check (role in ('operator', 'supervisor', 'grid_worker', 'volunteer', 'medic', 'vendor', 'partner', 'admin', 'auditor')),
  name text not null,
  staff_id uuid,
  totp_secret text,
  totp_used_step bigint,
  created_at timestamptz not null,
  disabled_at timestamptz,
  version int not null default 1
);
create unique index account_username on account (lower(username));
create unique index account_staff on account (staff_id) where staff_id is not null;

-- The regions an account may see: everything whose path begins with one of these.
create table account_region (
  account_id uuid not null references account (id),
  region_id uuid not null,
  region_path text collate "C" not null,
  primary key (account_id, region_id)
);

-- id is the SHA-256 of the cookie's value, so that a copy of this table signs nobody in.
create table session (
  id text primary key,
  account_id uuid not null references account (id),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  seen_at timestamptz not null,
  ended_at timestamptz,
  address text,
  agent text
);
create index session_account on session (account_id) where ended_at is null;

-- Every look at a resident, one hash chain per resident.
create table look (
  resident_id uuid not null,
  seq int not null,
  at timestamptz not null,
  account_id uuid not null,
  account_name text not null,
  what text not null,
  incident_id uuid,
  address text,
  prev_hash text not null,
  hash text not null,
  primary key (resident_id, seq)
);

create table look_head (
  resident_id uuid primary key,
  seq int not null,
  hash text not null
);

-- What was done outside incidents: sign-ins, refusals, changes in the registry and in rights.
create table audit (
  id uuid primary key,
  at timestamptz not null,
  account_id uuid,
  account_name text,
  what text not null,
  subject text,
  data jsonb not null default '{}',
  address text
);
create index audit_at on audit (at);

-- Down Migration
