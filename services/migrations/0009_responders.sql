-- Up Migration
-- Who is asked, in waves: how many people a case needs, and how far the asking has come.
alter table incident add column needs smallint not null default 1 check (needs between 1 and 4);
alter table incident add column asking jsonb not null default '{"phase":0,"reach":"own"}';

-- Which wave asked him (null: an operator did), how far he was, and how often he was not where he should have been.
alter table assignment add column wave smallint;
alter table assignment add column metres int;
alter table assignment add column misses smallint not null default 0;
create index assignment_declined on assignment (staff_id, ended_at) where state = 'declined';

-- The hours in which somebody off duty agreed to be woken, in minutes of the local day; null: at any hour. Past midnight
-- when to <= from.
alter table staff add column wake_from_min int check (wake_from_min between 0 and 1439);
alter table staff add column wake_to_min int check (wake_to_min between 0 and 1440);

-- What a responder switched himself: on duty out of turn, or away, from when until when. A switch ends the one before it;
-- rows are never taken away, so that it stays known who was on duty when.
-- owner: registry
create table duty_switch (
  id uuid primary key,
  staff_id uuid not null references staff (id),
  on_duty boolean not null,
  from_at timestamptz not null,
  until_at timestamptz not null
);
create index duty_switch_staff on duty_switch (staff_id, until_at);
create index duty_switch_on on duty_switch (until_at) where on_duty;

-- duty_spans as in 0002, and over it what each one switched himself: on is added whatever the roster says, away is taken off.
create or replace function duty_spans(lo timestamptz, hi timestamptz)
returns table (staff_id uuid, region_id uuid, region_path text, spans tstzmultirange) language sql stable as $$
  select s.staff_id, s.region_id, s.region_path, tstzmultirange(s.span) - case when s.switched then '{}'::tstzmultirange else coalesce((
    select range_agg(tstzrange(
      (e.day + make_interval(mins => e.from_min)) at time zone 'Asia/Shanghai',
      (e.day + make_interval(mins => e.to_min + case when e.to_min <= e.from_min then 1440 else 0 end)) at time zone 'Asia/Shanghai'))
    from duty_exception e
    where e.staff_id = s.staff_id and not e.on_duty
      and e.day between (lo at time zone 'Asia/Shanghai')::date - 1 and (hi at time zone 'Asia/Shanghai')::date
  ), '{}'::tstzmultirange) end - coalesce((
    select range_agg(tstzrange(w.from_at, w.until_at))
    from duty_switch w
    where w.staff_id = s.staff_id and not w.on_duty and w.until_at > lo and w.from_at <= hi and w.from_at < w.until_at
  ), '{}'::tstzmultirange) as spans
  from (
    select r.staff_id, r.region_id, r.region_path, tstzrange(
      (d.day + make_interval(mins => r.from_min)) at time zone 'Asia/Shanghai',
      (d.day + make_interval(mins => r.to_min + case when r.to_min <= r.from_min then 1440 else 0 end)) at time zone 'Asia/Shanghai') as span,
      false as switched
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
      (e.day + make_interval(mins => e.to_min + case when e.to_min <= e.from_min then 1440 else 0 end)) at time zone 'Asia/Shanghai'),
      false
    from duty_exception e
    join staff s on s.id = e.staff_id
    where e.on_duty
      and e.day between (lo at time zone 'Asia/Shanghai')::date - 1 and (hi at time zone 'Asia/Shanghai')::date
    union all
    select w.staff_id, s.region_id, s.region_path, tstzrange(w.from_at, w.until_at), true
    from duty_switch w
    join staff s on s.id = w.staff_id
    where w.on_duty and w.until_at > lo and w.from_at <= hi and w.from_at < w.until_at
  ) s
$$;

-- What a responder brought from the door. The bytes are kept as they came: at most 5 MB.
-- owner: responders
create table assignment_photo (
  id uuid primary key,
  assignment_id uuid not null,
  incident_id uuid not null,
  staff_id uuid not null,
  at timestamptz not null,
  type text not null,
  bytes bytea not null
);
create index assignment_photo_assignment on assignment_photo (assignment_id, at);

-- Down Migration
