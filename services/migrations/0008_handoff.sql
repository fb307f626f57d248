-- Up Migration
-- A centre or a clinic that a case can be handed to: by telephone always, beside it by what is filled in here.
create table partner (
  id uuid primary key,
  target text not null check (target in ('110', '119', '120', 'hospital', 'clinic')),
  name text not null,
  region_id uuid not null,
  region_path text collate "C" not null,
  phone text not null,
  webhook_url text,
  -- Signs what goes to webhook_url (HMAC-SHA256): has to be known in clear on both sides.
  webhook_secret text,
  sms_number text,
  -- The partner has agreed to be called by the platform itself, as the last step of a ladder.
  automatic boolean not null default false,
  disabled_at timestamptz,
  version int not null default 1,
  check (webhook_url is null or webhook_secret is not null)
);
create index partner_target on partner (target, region_path);

-- An account of role partner speaks for one partner.
create table partner_account (
  account_id uuid primary key,
  partner_id uuid not null references partner (id)
);
create index partner_account_partner on partner_account (partner_id);

-- Which partner was asked for a handoff; what became of it stands in dispatch's own row. partner_id null: nobody here
-- answers for that place, the operator calls the number that everybody knows.
create table handoff_offer (
  handoff_id uuid primary key,
  incident_id uuid not null,
  partner_id uuid references partner (id),
  target text not null,
  region_path text collate "C",
  automatic boolean not null,
  offered_at timestamptz not null,
  ended_at timestamptz
);
create index handoff_offer_partner on handoff_offer (partner_id, offered_at desc, handoff_id desc);
create index handoff_offer_incident on handoff_offer (incident_id);

-- Webhooks: a row first, then the request. id is the event id that the partner knows it by.
create table handoff_delivery (
  id uuid primary key,
  -- The order in which a partner gets them.
  seq bigint not null generated always as identity,
  handoff_id uuid not null references handoff_offer (handoff_id),
  partner_id uuid not null references partner (id),
  event text not null,
  created_at timestamptz not null,
  attempt int not null default 0,
  -- When it is tried (again); null: delivered or given up.
  next_at timestamptz,
  done_at timestamptz,
  given_up_at timestamptz,
  -- HTTP status of the last answer, 0 for none.
  status int
);
create index handoff_delivery_due on handoff_delivery (next_at) where next_at is not null;
create index handoff_delivery_handoff on handoff_delivery (handoff_id, seq);

-- Links that open a packet once; only the SHA-256 of what the message holds is kept.
create table handoff_link (
  hash text primary key,
  handoff_id uuid not null references handoff_offer (handoff_id),
  partner_id uuid not null references partner (id),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  opened_at timestamptz,
  opened_by text,
  opened_from text
);
create index handoff_link_handoff on handoff_link (handoff_id);

-- Calls that the platform itself makes to a centre.
create table handoff_call (
  id uuid primary key,
  handoff_id uuid not null references handoff_offer (handoff_id),
  attempt int not null,
  due_at timestamptz not null,
  ordered_at timestamptz,
  ended_at timestamptz,
  outcome text,
  unique (handoff_id, attempt)
);
create index handoff_call_due on handoff_call (due_at) where ordered_at is null and ended_at is null;

-- Down Migration
