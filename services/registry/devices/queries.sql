-- name: list_devices
-- $4 a text that begins the id or the adapter's name; a device without a home is seen only by who sees everything.
select d.id, d.kind, d.can, d.power, d.lane, d.placed_in as "placedIn", d.online,
  (extract(epoch from d.seen_at) * 1000)::float8 as "seenAt", d.battery, d.firmware, d.heartbeat_s as "heartbeatS",
  d.adapter, d.adapter_name as "adapterName", d.settings, d.household_id as "householdId", d.resident_id as "residentId",
  h.address, h.region_path as "regionPath", d.disabled_at is not null as disabled, d.version
from device d
left join resident r on r.id = d.resident_id
left join household h on h.id = coalesce(r.household_id, d.household_id)
where d.id > $1
  and exists (select 1 from unnest($2::text[]) p where p = '' or starts_with(h.region_path, p))
  and ($3::uuid is null or h.id = $3 or d.resident_id = $3)
  and ($4 = '' or starts_with(d.id, $4) or starts_with(d.adapter_name, $4))
  and ($5::boolean is null or d.online = $5)
order by d.id
limit $6;

-- name: find_device
select d.id, d.kind, d.can, d.power, d.lane, d.placed_in as "placedIn", d.online,
  (extract(epoch from d.seen_at) * 1000)::float8 as "seenAt", d.battery, d.firmware, d.heartbeat_s as "heartbeatS",
  d.adapter, d.adapter_name as "adapterName", d.settings, d.household_id as "householdId", d.resident_id as "residentId",
  h.address, h.region_path as "regionPath", d.disabled_at is not null as disabled, d.version
from device d
left join resident r on r.id = d.resident_id
left join household h on h.id = coalesce(r.household_id, d.household_id)
where d.id = $1 and exists (select 1 from unnest($2::text[]) p where p = '' or starts_with(h.region_path, p));

-- name: add_device
insert into device (
  id, kind, can, power, household_id, resident_id, placed_in, lane, secret_hash, heartbeat_s, adapter, adapter_name, settings)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
on conflict (id) do nothing
returning id;

-- name: change_device
update device set
  kind = coalesce($3::jsonb ->> 'kind', kind),
  can = case when $3::jsonb ? 'can' then array(select jsonb_array_elements_text($3::jsonb -> 'can')) else can end,
  power = coalesce($3::jsonb ->> 'power', power),
  household_id = case when $3::jsonb ? 'householdId' then ($3::jsonb ->> 'householdId')::uuid else household_id end,
  resident_id = case when $3::jsonb ? 'residentId' then ($3::jsonb ->> 'residentId')::uuid else resident_id end,
  placed_in = case when $3::jsonb ? 'placedIn' then $3::jsonb ->> 'placedIn' else placed_in end,
  heartbeat_s = coalesce(($3::jsonb ->> 'heartbeatS')::int, heartbeat_s),
  adapter = case when $3::jsonb ? 'adapter' then $3::jsonb ->> 'adapter' else adapter end,
  adapter_name = case when $3::jsonb ? 'adapterName' then $3::jsonb ->> 'adapterName' else adapter_name end,
  settings = coalesce($3::jsonb -> 'settings', settings),
  disabled_at = case when $3::jsonb ->> 'disabled' = 'true' then coalesce(disabled_at, $4) when $3::jsonb ? 'disabled' then null else disabled_at end,
  version = version + 1
where id = $1 and version = $2
returning version;

-- name: change_secret
update device set secret_hash = $2, version = version + 1 where id = $1 returning id;

-- name: name_taken
select id from device where adapter = $1 and adapter_name = $2 and id <> $3;
