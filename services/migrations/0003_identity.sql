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

-- The regions an account may see: everything whose path begins with one of these. The empty path (no region) is
-- everything: the administrator of an empty platform has no region to be bound to yet.
create table account_region (
  account_id uuid not null references account (id),
  region_id uuid,
  region_path text collate "C" not null,
  primary key (account_id, region_path),
  check ((region_id is null) = (region_path = ''))
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
create index session_known on session (account_id, address);

-- Attempts to sign in that failed or are under way, by the SHA-256 of what they have in common (a user name, an address,
-- both): the next one is not looked at before next_at. In the database, so that it holds for all processes together.
create table sign_in_attempt (
  key text primary key,
  failures int not null,
  last_at timestamptz not null,
  next_at timestamptz not null
);

-- SHA-256 of the codes that an empty platform printed where it was started; whoever types one makes the first account.
create table setup_code (
  hash text primary key,
  created_at timestamptz not null
);

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
create index audit_account on audit (account_id, id);

create function refuse_trail_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name;
end $$;
create trigger look_append_only before update or delete on look for each row execute function refuse_trail_change();
create trigger audit_append_only before update or delete on audit for each row execute function refuse_trail_change();

-- Down Migration
