-- name: list_staff
select s.id, s.name, s.phone, s.kind, s.region_path as "regionPath", s.lat, s.lon, s.skills, s.dialect, s.may_wake as "mayWake",
  s.disabled_at is not null as disabled,
  s.disabled_at is null and exists (
    select 1 from duty_spans($1, $1) d where d.staff_id = s.id and d.spans @> $1::timestamptz) as "onDuty",
  coalesce((
    select json_agg(json_build_object('scope', p.scope, 'part', p.part, 'name', coalesce(g.name, b.name, h.address)) order by p.scope, p.part, p.scope_id)
    from responsibility p
    left join region g on p.scope in ('community', 'grid') and g.id = p.scope_id
    left join building b on p.scope = 'building' and b.id = p.scope_id
    left join region bg on bg.id = b.grid_id
    left join household h on p.scope = 'household' and h.id = p.scope_id
    where p.staff_id = s.id
      and exists (select 1 from unnest($4::text[]) v where starts_with(coalesce(g.path, bg.path, h.region_path), v))
  ), '[]') as "responsibleFor"
from staff s
where s.region_path >= $2 and s.region_path < $3
  and exists (select 1 from unnest($4::text[]) p where starts_with(s.region_path, p))
  and ($5::text is null or (s.region_path, s.id) > ($5, $6::uuid))
  and ($7::text is null or s.kind = $7)
  and ($8 = '' or starts_with(s.name, $8) or starts_with(s.phone, $8))
  and ($9::uuid is null or s.id = $9)
order by s.region_path, s.id
limit $10;

-- name: add_staff
insert into staff (id, name, phone, kind, region_id, region_path, lat, lon, skills, dialect, may_wake)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
on conflict (id) do nothing;

-- name: change_staff
update staff set
  name = coalesce($3::jsonb ->> 'name', name),
  phone = case when $3::jsonb ? 'phone' then $3::jsonb ->> 'phone' else phone end,
  kind = coalesce($3::jsonb ->> 'kind', kind),
  region_id = coalesce($4, region_id),
  region_path = coalesce($5, region_path),
  lat = case when $3::jsonb ? 'lat' then ($3::jsonb ->> 'lat')::float8 else lat end,
  lon = case when $3::jsonb ? 'lon' then ($3::jsonb ->> 'lon')::float8 else lon end,
  skills = case when $3::jsonb ? 'skills' then array(select jsonb_array_elements_text($3::jsonb -> 'skills')) else skills end,
  dialect = case when $3::jsonb ? 'dialect' then $3::jsonb ->> 'dialect' else dialect end,
  may_wake = coalesce($3::jsonb ->> 'mayWake', may_wake),
  disabled_at = case when $3::jsonb ->> 'disabled' = 'true' then coalesce(disabled_at, $6) when $3::jsonb ? 'disabled' then null else disabled_at end
where id = $1 and exists (select 1 from unnest($2::text[]) p where starts_with(region_path, p))
returning id;

-- name: lock_staff
select id from staff
where id = $1 and exists (select 1 from unnest($2::text[]) p where starts_with(region_path, p))
for update;

-- name: duty_rules
select d.id, d.region_id as "regionId", coalesce(g.name, '') as region, d.days, d.holidays, d.from_min as "fromMin", d.to_min as "toMin"
from duty_rule d
left join region g on g.id = d.region_id
where d.staff_id = $1 and exists (select 1 from unnest($2::text[]) p where starts_with(d.region_path, p))
order by d.from_min, d.id;

-- name: duty_exceptions
select day::text, on_duty as "onDuty", from_min as "fromMin", to_min as "toMin"
from duty_exception
where staff_id = $1 and day >= $2
order by day;

-- name: drop_duty_rules
delete from duty_rule
where staff_id = $1 and exists (select 1 from unnest($2::text[]) p where starts_with(region_path, p));

-- name: add_duty_rule
insert into duty_rule (id, staff_id, region_id, region_path, days, holidays, from_min, to_min)
values ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: put_duty_exception
insert into duty_exception (staff_id, day, on_duty, from_min, to_min) values ($1, $2, $3, $4, $5)
on conflict (staff_id, day) do update set on_duty = excluded.on_duty, from_min = excluded.from_min, to_min = excluded.to_min;

-- name: drop_duty_exception
delete from duty_exception where staff_id = $1 and day = $2;

-- name: calendar
select day::text, kind, name from calendar_day where day between $1 and $2 order by day;

-- name: put_calendar_day
insert into calendar_day (day, kind, name) values ($1, $2, $3)
on conflict (day) do update set kind = excluded.kind, name = excluded.name;

-- name: drop_calendar_day
delete from calendar_day where day = $1;
