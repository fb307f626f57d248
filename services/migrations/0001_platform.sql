-- Up Migration
-- What is to be carried out of the database: console pushes, queue jobs, downlinks. Rows are taken where sent_at is
-- null with SKIP LOCKED, never by a cursor over the sequence, which would skip late commits.
create table outbox (
  id bigint generated always as identity primary key,
  topic text not null,
  key text not null default '',
  payload jsonb not null,
  created_at timestamptz not null,
  sent_at timestamptz
);
create index outbox_unsent on outbox (topic, id) where sent_at is null;

-- Who holds what among several processes (a lane of the bridge, the sweep). fence grows with each change of holder.
create table lease (
  name text primary key,
  holder text not null,
  fence bigint not null default 1,
  expires_at timestamptz not null
);

create table setting (
  name text primary key,
  value jsonb not null,
  updated_at timestamptz not null
);

-- Answers already given to a changing call, by who asked and his Idempotency-Key. intent_id is the id of what the call
-- makes, the same on every attempt; while status is null the call holds the key until held_until.
create table idempotency (
  account_id uuid not null,
  key text not null,
  request_hash text not null,
  intent_id uuid not null,
  attempt int not null default 1,
  held_until timestamptz not null,
  status int,
  body jsonb,
  created_at timestamptz not null,
  primary key (account_id, key)
);
create index idempotency_created on idempotency (created_at);

-- Creates the partitions of a table partitioned by month: the month of "at" and the next one.
create function ensure_month_partitions(parent text, at timestamptz) returns void language plpgsql as $$
declare
  m date;
  part text;
begin
  for i in 0..1 loop
    m := (date_trunc('month', at at time zone 'UTC') + make_interval(months => i))::date;
    part := parent || '_' || to_char(m, 'YYYYMM');
    if to_regclass(part) is null then
      begin
        execute format('create table %I partition of %I for values from (%L) to (%L)', part, parent,
          m::text || ' 00:00:00+00', (m + interval '1 month')::date::text || ' 00:00:00+00');
      exception when duplicate_table then null;
      end;
    end if;
  end loop;
end $$;

-- Down Migration
