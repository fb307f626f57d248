-- Up Migration
-- Whether this resident lets her calls be recorded. It is asked with the service's agreement and can be taken back at any
-- time (Personal Information Protection Law, art. 13 and 15); each recorded call is announced besides.
alter table resident add column recording_consent boolean not null default true;

-- One file for each time that the lines of a case were open together; null: of a single call, as it was recorded before.
alter table phone_recording add column conference_sid text unique;

-- Calls of operators that a supervisor scores, two a month and operator, drawn by the platform and by nobody's hand; and
-- what she gave, null until then.
-- owner: reporting
create table quality_sample (
  id uuid primary key,
  operator_id uuid not null,
  operator_name text not null,
  -- Its first day, Asia/Shanghai.
  month date not null,
  slot smallint not null check (slot in (1, 2)),
  incident_id uuid not null,
  -- The call of his own telephone into the case's conference.
  call_id uuid not null unique,
  called_at timestamptz not null,
  recording_id uuid,
  drawn_at timestamptz not null,
  -- 0, 1 or 2 for each heading.
  points jsonb,
  remark text,
  scored_at timestamptz,
  scored_by uuid,
  scored_by_name text,
  unique (operator_id, month, slot),
  check ((scored_at is null) = (points is null))
);
create index quality_sample_month on quality_sample (month desc, operator_name);

-- Down Migration
