-- Up Migration
-- The catalogue: 41 services in 7 categories. Prices are per city (a path prefix) in fen, labour only.
create table service (
  code text primary key,
  ord int not null,
  category text not null,
  name text not null,
  english text not null,
  pinyin text not null,
  unit text not null,
  minutes int not null,
  people smallint not null default 1,
  skills text[] not null default '{}',
  note text not null
);

create table service_price (
  service text not null references service (code),
  city text collate "C" not null,
  fen int not null check (fen >= 0),
  primary key (service, city)
);

-- An alliance shop, or an association that sends its own people. Hours in minutes of the local day, days 1 = Monday;
-- close_min <= open_min passes midnight.
create table shop (
  id uuid primary key,
  name text not null,
  kind text not null check (kind in ('shop', 'association')),
  region_id uuid not null,
  region_path text collate "C" not null,
  address text not null,
  phone text not null,
  lat double precision not null,
  lon double precision not null,
  days smallint[] not null,
  open_min int not null check (open_min between 0 and 1439),
  close_min int not null check (close_min between 0 and 1440),
  capacity int not null check (capacity > 0),
  rating_sum int not null default 0,
  rating_count int not null default 0,
  seen_at timestamptz,
  disabled_at timestamptz
);
create index shop_region on shop (region_path, id);

create table shop_service (
  shop_id uuid not null references shop (id),
  service text not null references service (code),
  primary key (shop_id, service)
);
create index shop_service_service on shop_service (service);

-- The communities or streets (path prefixes) to which a shop sends its people.
create table shop_area (
  shop_id uuid not null references shop (id),
  region_path text collate "C" not null,
  primary key (shop_id, region_path)
);

-- Who of the registry's staff belongs to which shop; the first one is asked when nobody is named.
create table shop_staff (
  staff_id uuid primary key,
  shop_id uuid not null references shop (id),
  ord smallint not null
);
create index shop_staff_shop on shop_staff (shop_id, ord);

-- Who pays for others: a subsidy office, partners, issuers of points.
create table payer (
  id text primary key,
  kind text not null check (kind in ('subsidy', 'partner', 'points', 'resident')),
  name text not null,
  region_path text collate "C" not null
);

create table work_order (
  id uuid primary key,
  version int not null,
  state text not null,
  incident_id uuid,
  household_id uuid,
  resident_id uuid,
  region_path text collate "C" not null,
  service text not null references service (code),
  shop_id uuid references shop (id),
  payer text not null references payer (id),
  month text,
  created_at timestamptz not null,
  deadline_at timestamptz,
  -- The order as the pure core sees it (services/vendors/domain/order.ts); the columns above follow from it.
  body jsonb not null,
  history_seq int not null,
  history_hash text not null,
  constraint live_order_has_deadline check (state in ('settled', 'cancelled') or deadline_at is not null)
);
create index work_order_due on work_order (deadline_at) where deadline_at is not null;
create index work_order_case on work_order (incident_id);
create index work_order_region on work_order (region_path, created_at desc);
create index work_order_created on work_order (created_at desc, id desc);
create index work_order_shop on work_order (shop_id, created_at desc);
create index work_order_month on work_order (month, shop_id) where month is not null;

-- Orders whose case is to be told of a step, written with the step; gone once it has been told.
create table case_telling (
  order_id uuid primary key references work_order (id),
  version int not null,
  tried_at timestamptz
);

create table work_offer (
  id uuid primary key,
  order_id uuid not null references work_order (id),
  shop_id uuid not null references shop (id),
  state text not null check (state in ('offered', 'accepted', 'declined', 'expired', 'withdrawn', 'lost')),
  round smallint not null,
  why text not null,
  minutes int not null,
  offered_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz,
  reason text
);
create index work_offer_order on work_offer (order_id, offered_at);
create index work_offer_shop on work_offer (shop_id) where state = 'offered';
-- Never two holders of one order.
create unique index work_offer_one_holder on work_offer (order_id) where state = 'accepted';

create table work_order_history (
  order_id uuid not null,
  seq int not null,
  at timestamptz not null,
  kind text not null,
  by_kind text not null,
  by_id text,
  by_name text not null,
  data jsonb not null,
  prev_hash text not null,
  hash text not null,
  primary key (order_id, seq)
);
create trigger work_order_history_append_only before update or delete on work_order_history
  for each row execute function refuse_change();

create table work_order_photo (
  id uuid primary key,
  order_id uuid not null references work_order (id),
  at timestamptz not null,
  by_name text not null,
  mime text not null,
  bytes bytea not null check (octet_length(bytes) <= 5242880)
);
create index work_order_photo_order on work_order_photo (order_id, at);

-- What a class of residents may use in a month, fen; who is in which class; what each order holds of it.
create table subsidy_class (
  code text primary key,
  name text not null,
  monthly_fen int not null check (monthly_fen >= 0)
);

create table subsidy_right (
  resident_id uuid primary key,
  class text not null references subsidy_class (code)
);

create table quota_use (
  order_id uuid primary key references work_order (id),
  resident_id uuid not null references subsidy_right (resident_id),
  month text not null,
  fen int not null check (fen >= 0)
);
create index quota_use_month on quota_use (resident_id, month);

-- Points, double entry: every entry's lines sum to zero (checked at commit). Accounts are issuer:<id>, resident:<id>,
-- order:<id> (held), shop:<id>. What a resident holds lies in lots, each with issuer, rate (fen for a point) and the time it ends.
create table points_lot (
  id uuid primary key,
  resident_id uuid not null,
  issuer text not null references payer (id),
  rate_fen int not null check (rate_fen > 0),
  issued int not null check (issued > 0),
  left_points int not null check (left_points between 0 and issued),
  expires_at timestamptz not null
);
create index points_lot_resident on points_lot (resident_id, expires_at) where left_points > 0;
create index points_lot_expiry on points_lot (expires_at) where left_points > 0;

create table ledger_entry (
  id uuid primary key,
  at timestamptz not null,
  kind text not null check (kind in ('issue', 'spend', 'refund', 'expire', 'settle')),
  order_id uuid,
  note text not null
);
create index ledger_entry_order on ledger_entry (order_id);

create table ledger_line (
  entry_id uuid not null references ledger_entry (id),
  account text not null,
  points int not null check (points <> 0),
  lot_id uuid,
  ord smallint not null,
  primary key (entry_id, ord)
);
create index ledger_line_account on ledger_line (account);

create function entry_balances() returns trigger language plpgsql as $$
begin
  if (select sum(points) from ledger_line where entry_id = new.entry_id) <> 0 then
    raise exception 'a ledger entry does not balance';
  end if;
  return null;
end $$;
create constraint trigger ledger_line_balances after insert on ledger_line
  deferrable initially deferred for each row execute function entry_balances();
create trigger ledger_line_append_only before update or delete on ledger_line
  for each row execute function refuse_change();
create trigger ledger_entry_append_only before update or delete on ledger_entry
  for each row execute function refuse_change();

-- What is taken off a shop's statement, and its appeal.
create table deduction (
  id uuid primary key,
  order_id uuid not null references work_order (id),
  shop_id uuid not null references shop (id),
  month text not null,
  fen int not null check (fen > 0),
  reason text not null,
  made_at timestamptz not null,
  made_by text not null,
  appeal text,
  appealed_at timestamptz,
  decision text check (decision in ('upheld', 'lifted')),
  answer text,
  decided_at timestamptz,
  decided_by text
);
create index deduction_month on deduction (month, shop_id);

-- Down Migration
