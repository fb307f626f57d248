-- Up Migration
-- Who changed last whether a resident lets her calls be recorded, and when; null: it stands as the agreement says.
alter table resident add column recording_consent_at timestamptz, add column recording_consent_by text;

-- A recording of a case's conference that has to stop, since who it is about refuses. Looked at until the network has
-- stopped it or nobody is left on the line.
-- owner: telephony
create table recording_stop (
  -- Of the intent.
  id uuid primary key,
  incident_id uuid not null,
  asked_at timestamptz not null,
  -- Null: over.
  next_at timestamptz,
  outcome text check (outcome in ('stopped', 'not_running', 'failed')),
  check ((next_at is null) = (outcome is not null))
);
create index recording_stop_due on recording_stop (next_at) where next_at is not null;
create index recording_stop_incident on recording_stop (incident_id);

-- Down Migration
drop table recording_stop;
alter table resident drop column recording_consent_at, drop column recording_consent_by;
