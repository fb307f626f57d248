-- name: list_devices
-- For who sees everything. $2 a text that begins the id or the adapter's name.
select * from registered_device
where id > $1
  and ($2 = '' or starts_with(id, $2) or starts_with("adapterName", $2))
  and ($3::boolean is null or online = $3)
order by id
limit $4;

-- name: list_devices_within
-- $5 <= path < $6 is the stretch in the index, $7 the viewer's prefixes: homes first, then what stands in them or is worn.
select * from registered_device
where id in (
    select d.id from household h join device d on d.household_id = h.id
    where h.region_path >= $5 and h.region_path < $6
    union all
    select d.id from household h join resident r on r.household_id = h.id join device d on d.resident_id = r.id
    where h.region_path >= $5 and h.region_path < $6)
  and exists (select 1 from unnest($7::text[]) p where starts_with("regionPath", p))
  and id > $1
  and ($2 = '' or starts_with(id, $2) or starts_with("adapterName", $2))
  and ($3::boolean is null or online = $3)
order by id
limit $4;

-- name: list_devices_at
-- Of a household and those who live there, or worn by a resident ($5); $6 the viewer's prefixes.
select * from registered_device
where id in (
    select id from device where household_id = $5
    union all
    select d.id from resident r join device d on d.resident_id = r.id where r.household_id = $5
    union all
    select id from device where resident_id = $5)
  and exists (select 1 from unnest($6::text[]) p where starts_with("regionPath", p))
  and id > $1
  and ($2 = '' or starts_with(id, $2) or starts_with("adapterName", $2))
  and ($3::boolean is null or online = $3)
order by id
limit $4;

-- name: find_device
select * from registered_device
where id = $1 and exists (select 1 from unnest($2::text[]) p where p = '' or starts_with("regionPath", p));

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
