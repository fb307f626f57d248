-- name: take_your_time
-- Drawing the next batch on a busy machine takes longer than a transaction of the platform may sit idle (5 s).
select set_config('idle_in_transaction_session_timeout', '0', true), set_config('statement_timeout', '0', true);

-- name: region
-- Districts share their province and city.
insert into region (
  id, parent_id, level, code, name, path, lat, lon, polygon, min_lat, max_lat, min_lon, max_lon, households)
select
  id, parent_id, level, code, name, path, lat, lon, polygon, min_lat, max_lat, min_lon, max_lon, households
from json_populate_recordset(null::region, $1::json)
on conflict do nothing;

-- name: building
insert into building (
  id, grid_id, name, address, lat, lon, floors, lift)
select
  id, grid_id, name, address, lat, lon, floors, lift
from json_populate_recordset(null::building, $1::json);

-- name: household
insert into household (
  id, building_id, region_id, region_path, unit, floor, room, address, lat, lon, entry)
select
  id, building_id, region_id, region_path, unit, floor, room, address, lat, lon, entry
from json_populate_recordset(null::household, $1::json);

-- name: resident
insert into resident (
  id, household_id, name, sex, born, phone, registered_address, form_of_address, status, status_since)
select
  id, household_id, name, sex, born, phone, registered_address, form_of_address, status, status_since
from json_populate_recordset(null::resident, $1::json);

-- name: care_profile
insert into care_profile (
  resident_id, lives_alone, mobility, hearing, dialect, conditions, medication, allergies, blood_type,
  hospital, power_dependent)
select
  resident_id, lives_alone, mobility, hearing, dialect, conditions, medication, allergies, blood_type,
  hospital, power_dependent
from json_populate_recordset(null::care_profile, $1::json);

-- name: contact
insert into contact (
  id, resident_id, ord, name, relation, phone, has_key, local, minutes, may_wake)
select
  id, resident_id, ord, name, relation, phone, has_key, local, minutes, may_wake
from json_populate_recordset(null::contact, $1::json);

-- name: staff
insert into staff (
  id, name, phone, kind, region_id, region_path, lat, lon, skills, dialect, may_wake)
select
  id, name, phone, kind, region_id, region_path, lat, lon, skills, dialect, may_wake
from json_populate_recordset(null::staff, $1::json);

-- name: responsibility
insert into responsibility (
  staff_id, scope, scope_id, part)
select
  staff_id, scope, scope_id, part
from json_populate_recordset(null::responsibility, $1::json);

-- name: key_holder
insert into key_holder (
  id, household_id, staff_id, name, phone, kind)
select
  id, household_id, staff_id, name, phone, kind
from json_populate_recordset(null::key_holder, $1::json);

-- name: duty_rule
insert into duty_rule (
  id, staff_id, region_id, region_path, days, holidays, from_min, to_min)
select
  id, staff_id, region_id, region_path, days, holidays, from_min, to_min
from json_populate_recordset(null::duty_rule, $1::json);

-- name: calendar_day
insert into calendar_day (
  day, kind, name)
select
  day, kind, name
from json_populate_recordset(null::calendar_day, $1::json)
on conflict do nothing;

-- name: device
insert into device (
  id, kind, can, power, household_id, resident_id, placed_in, lane, secret_hash, heartbeat_s, adapter,
  adapter_name, settings, battery, firmware)
select
  id, kind, can, power, household_id, resident_id, placed_in, lane, secret_hash, heartbeat_s, adapter,
  adapter_name, settings, battery, firmware
from json_populate_recordset(null::device, $1::json);

-- name: gateway
insert into gateway (
  username, secret_hash, topics)
select
  username, secret_hash, topics
from json_populate_recordset(null::gateway, $1::json)
on conflict do nothing;

-- name: district_exists
select 1 from region where path = $1;

-- name: count_residents
select count(*)::int as count from resident;

-- name: demo_devices
select d.id, d.lane, r.name as resident
from device d
join lateral (
  select r.name
  from resident r
  where case when d.resident_id is not null then r.id = d.resident_id else r.household_id = d.household_id end
  order by r.born, r.id
  limit 1
) r on true
where d.id ~ '^demo-\d{4}$' and d.disabled_at is null
order by d.id;

-- name: simulated_devices
-- In the order of a hash, so that any number of them is spread over the city.
select d.id, d.lane, r.name as resident
from device d
join lateral (select r.name from resident r where r.household_id = d.household_id and r.status = 'home' order by r.born, r.id limit 1) r on true
where d.id like 'box-%' and d.disabled_at is null
order by md5(d.id)
limit $1;

-- name: gateway_secret
select secret_hash as "secretHash" from gateway where username = $1;

-- name: demo_secrets
select id from device where secret_hash is not null and (id ~ '^demo-\d{4}$' or id like 'box-%');

-- name: set_device_secrets
update device d set secret_hash = made.hash
from unnest($1::text[], $2::text[]) made (id, hash)
where d.id = made.id;

-- name: set_gateway_secret
update gateway set secret_hash = $2 where username = $1;
