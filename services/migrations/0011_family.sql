-- Up Migration
-- A link that shows one of the family each step of one case, without signing in. id is the SHA-256 of what the link ends in.
-- owner: care
create table family_link (
  id text primary key,
  incident_id uuid not null,
  contact_id uuid not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  looks int not null default 0,
  first_look_at timestamptz,
  last_look_at timestamptz,
  unique (incident_id, contact_id)
);

-- Down Migration
