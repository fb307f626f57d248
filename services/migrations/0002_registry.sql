-- Up Migration
-- province › city › district › street › community › grid. path is the codes from the top, each ending in '/', so that
-- a prefix never matches a sibling. polygon: outer ring [[lon,lat],…], WGS-84.
create table region (
  id uuid primary key,
  parent_id uuid references region (id),
  level text not null check (level in ('province', 'city', 'district', 'street', 'community', 'grid')),
  code text not null,
  name text not null,
  path text collate "C" not null unique,
  lat double precision,
  lon double precision,
  polygon jsonb,
  min_lat double precision,
  max_lat double precision,
  min_lon double precision,
  max_lon double precision,
  households int not null default 0
);
create index region_parent on region (parent_id);
create index region_box on region using gist (box(point(max_lon, max_lat), point(min_lon, min_lat))) where level = 'grid';

create table building (
  id uuid primary key,
  grid_id uuid not null references region (id),
  name text not null,
  address text not null,
  lat double precision not null,
  lon double precision not null,
  floors int not null,
  lift boolean not null default false
);
create index building_grid on building (grid_id);

create table household (
  id uuid primary key,
  building_id uuid references building (id),
  region_id uuid not null references region (id),
  region_path text collate "C" not null,
  unit text,
  floor int,
  room text,
  address text not null,
  lat double precision,
  lon double precision,
  entry text,
  version int not null default 1
);
create index household_region on household (region_path, id);
create index household_building on household (building_id);

create table resident (
  id uuid primary key,
  household_id uuid not null references household (id),
  name text not null,
  sex text not null check (sex in ('f', 'm')),
  born date not null,
  phone text,
  registered_address text,
  form_of_address text,
  status text not null default 'home' check (status in ('home', 'away', 'hospital', 'moved', 'died')),
  status_since timestamptz,
  -- Entered by mistake: shown only where an incident already names it.
  removed_at timestamptz,
  version int not null default 1
);
create index resident_household on resident (household_id);
create index resident_name on resident (name text_pattern_ops);
create index resident_phone on resident (phone text_pattern_ops);

create table care_profile (
  resident_id uuid primary key references resident (id),
  lives_alone boolean not null default false,
  mobility text,
  hearing text,
  dialect text,
  conditions text[] not null default '{}',
  medication text[] not null default '{}',
  allergies text[] not null default '{}',
  blood_type text,
  hospital text,
  -- Needs a machine that needs the mains (ventilator, oxygen concentrator): a power cut there is medical.
  power_dependent boolean not null default false
);

create table contact (
  id uuid primary key,
  resident_id uuid not null references resident (id),
  ord int not null,
  name text not null,
  relation text not null,
  phone text not null,
  has_key boolean not null default false,
  local boolean not null default false,
  minutes int,
  may_wake text not null default 'emergency' check (may_wake in ('always', 'emergency', 'never'))
);
create index contact_resident on contact (resident_id, ord);
create index contact_phone on contact (phone);

-- People who answer for a place or can come to it. One person may hold several responsibilities.
create table staff (
  id uuid primary key,
  name text not null,
  phone text,
  kind text not null check (kind in ('grid_worker', 'volunteer', 'medic', 'guard', 'informant', 'vendor_staff')),
  region_id uuid not null references region (id),
  region_path text collate "C" not null,
  lat double precision,
  lon double precision,
  skills text[] not null default '{}',
  dialect text,
  may_wake text not null default 'emergency' check (may_wake in ('always', 'emergency', 'never')),
  disabled_at timestamptz
);
create index staff_region on staff (region_path, id);

create table responsibility (
  staff_id uuid not null references staff (id),
  scope text not null check (scope in ('community', 'grid', 'building', 'household')),
  scope_id uuid not null,
  part text not null default 'responsible' check (part in ('responsible', 'backup')),
  primary key (scope_id, staff_id)
);
create index responsibility_staff on responsibility (staff_id);

-- Who keeps a key to a household: a member of staff, or somebody by name.
create table key_holder (
  id uuid primary key,
  household_id uuid not null references household (id),
  staff_id uuid references staff (id),
  name text not null,
  phone text,
  kind text not null
);
create index key_holder_household on key_holder (household_id);

-- Duty as rules: on these weekdays (1 = Monday), or on public holidays, from/to in minutes of the local day
-- (Asia/Shanghai); to_min <= from_min passes midnight.
create table duty_rule (
  id uuid primary key,
  staff_id uuid not null references staff (id),
  region_id uuid not null references region (id),
  region_path text collate "C" not null,
  days smallint[] not null,
  holidays boolean not null default false,
  from_min int not null check (from_min between 0 and 1439),
  to_min int not null check (to_min between 0 and 1440)
);
create index duty_rule_region on duty_rule (region_path);
create index duty_rule_staff on duty_rule (staff_id);

-- A day on which a member of staff is away, or on duty out of turn.
create table duty_exception (
  staff_id uuid not null references staff (id),
  day date not null,
  on_duty boolean not null,
  from_min int not null default 0,
  to_min int not null default 1440,
  primary key (staff_id, day)
);

-- Public holidays, and weekend days that are worked instead (调休).
create table calendar_day (
  day date primary key,
  kind text not null check (kind in ('holiday', 'workday')),
  name text not null
);

-- When each member of staff is on duty, and for which region, as far as it touches lo..hi: his rules on the days they
-- hold, what he does out of turn, less the times he is away. A holiday is served by rules with holidays = true alone; a
-- weekend day that is worked instead (调休) is staffed as a Monday. Who is away when his shift begins is away for all of
-- it, also past midnight. One plain select, so that Postgres inlines it and filters by staff or region come first.
create function duty_spans(lo timestamptz, hi timestamptz)
returns table (staff_id uuid, region_id uuid, region_path text, spans tstzmultirange) language sql stable as $$
  select s.staff_id, s.region_id, s.region_path, tstzmultirange(s.span) - coalesce((
    select range_agg(tstzrange(
      (e.day + make_interval(mins => e.from_min)) at time zone 'Asia/Shanghai',
      (e.day + make_interval(mins => e.to_min + case when e.to_min <= e.from_min then 1440 else 0 end)) at time zone 'Asia/Shanghai'))
    from duty_exception e
    where e.staff_id = s.staff_id and not e.on_duty
      and e.day between (lo at time zone 'Asia/Shanghai')::date - 1 and (hi at time zone 'Asia/Shanghai')::date
  ), '{}'::tstzmultirange) as spans
  from (
    select r.staff_id, r.region_id, r.region_path, tstzrange(
      (d.day + make_interval(mins => r.from_min)) at time zone 'Asia/Shanghai',
      (d.day + make_interval(mins => r.to_min + case when r.to_min <= r.from_min then 1440 else 0 end)) at time zone 'Asia/Shanghai') as span
    from duty_rule r
    cross join lateral (
      select g.at::date as day, coalesce(c.kind = 'holiday', false) as holiday,
        case when c.kind = 'workday' then 1 else extract(isodow from g.at)::int end as weekday
      from generate_series(
        (lo at time zone 'Asia/Shanghai')::date - 1, (hi at time zone 'Asia/Shanghai')::date, interval '1 day') g (at)
      left join calendar_day c on c.day = g.at::date
    ) d
    where case when d.holiday then r.holidays else d.weekday = any (r.days) end
      and not exists (
        select 1 from duty_exception e
        where e.staff_id = r.staff_id and e.day = d.day and not e.on_duty
          and r.from_min >= e.from_min
          and (r.from_min < e.to_min or e.to_min <= e.from_min)
      )
    union all
    select e.staff_id, s.region_id, s.region_path, tstzrange(
      (e.day + make_interval(mins => e.from_min)) at time zone 'Asia/Shanghai',
      (e.day + make_interval(mins => e.to_min + case when e.to_min <= e.from_min then 1440 else 0 end)) at time zone 'Asia/Shanghai')
    from duty_exception e
    join staff s on s.id = e.staff_id
    where e.on_duty
      and e.day between (lo at time zone 'Asia/Shanghai')::date - 1 and (hi at time zone 'Asia/Shanghai')::date
  ) s
$$;

-- secret_hash is Mosquitto's $7$ form (PBKDF2-SHA-512), since `npm run broker` writes it out as it stands.
create table device (
  id text primary key,
  kind text not null,
  can text[] not null default '{}',
  power text not null default 'mains' check (power in ('mains', 'battery')),
  household_id uuid references household (id),
  resident_id uuid references resident (id),
  placed_in text,
  lane text not null,
  secret_hash text,
  heartbeat_s int not null default 60,
  adapter text,
  adapter_name text,
  settings jsonb not null default '{}',
  online boolean not null default false,
  online_since timestamptz,
  seen_at timestamptz,
  battery real,
  firmware text,
  disabled_at timestamptz,
  version int not null default 1
);
create index device_household on device (household_id);
create index device_resident on device (resident_id);
create unique index device_adapter_name on device (adapter, adapter_name) where adapter is not null;

-- A device as it is shown, with the home it stands in or its wearer lives in; never its secret.
create view registered_device as
select d.id, d.kind, d.can, d.power, d.lane, d.placed_in as "placedIn", d.online,
  (extract(epoch from d.seen_at) * 1000)::float8 as "seenAt", d.battery, d.firmware, d.heartbeat_s as "heartbeatS",
  d.adapter, d.adapter_name as "adapterName", d.settings, d.household_id as "householdId", d.resident_id as "residentId",
  h.address, h.region_path as "regionPath", d.disabled_at is not null as disabled, d.version
from device d
left join resident r on r.id = d.resident_id
left join household h on h.id = coalesce(r.household_id, d.household_id);

-- An account of a gateway (zigbee2mqtt and the like) that may publish an adapter's topics.
create table gateway (
  username text primary key,
  secret_hash text not null,
  topics text[] not null,
  disabled_at timestamptz
);

-- Down Migration
