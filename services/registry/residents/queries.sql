-- name: list_residents
-- In the order of region, home and id; $1 <= path < $2 is the stretch in the index, $3 the viewer's prefixes.
select r.id, r.household_id as "householdId", r.name, r.sex, r.born::text as born, r.phone, h.address,
  h.region_path as "regionPath", r.status, (extract(epoch from r.status_since) * 1000)::float8 as "statusSince",
  r.form_of_address as "formOfAddress", coalesce(c.lives_alone, false) as "livesAlone", c.mobility, c.hearing, c.dialect,
  coalesce(c.conditions, '{}') as conditions, coalesce(c.power_dependent, false) as "powerDependent", r.version
from household h
join resident r on r.household_id = h.id
left join care_profile c on c.resident_id = r.id
where h.region_path >= $1 and h.region_path < $2
  and exists (select 1 from unnest($3::text[]) p where starts_with(h.region_path, p))
  and ($4::text is null or (h.region_path, h.id, r.id) > ($4, $5::uuid, $6::uuid))
  and ($7::text is null or r.status = $7)
  and r.removed_at is null
order by h.region_path, h.id, r.id
limit $8;

-- name: search_residents
-- $4 the text, $5 the first text after all that begin with it; numbers also of contacts, since a daughter may call.
select r.id, r.household_id as "householdId", r.name, r.sex, r.born::text as born, r.phone, h.address,
  h.region_path as "regionPath", r.status, (extract(epoch from r.status_since) * 1000)::float8 as "statusSince",
  r.form_of_address as "formOfAddress", coalesce(c.lives_alone, false) as "livesAlone", c.mobility, c.hearing, c.dialect,
  coalesce(c.conditions, '{}') as conditions, coalesce(c.power_dependent, false) as "powerDependent", r.version
from (
  select m.id
  from (
    select id from resident where name ~>=~ $4 and name ~<~ $5
    union
    select id from resident where phone ~>=~ $4 and phone ~<~ $5
    union
    select resident_id from contact where phone = $4
    union
    select m.id from device d join resident m on m.id = d.resident_id or m.household_id = d.household_id where d.id = $4
    union
    select m.id
    from household k
    join resident m on m.household_id = k.id
    where k.region_path >= $1 and k.region_path < $2 and strpos(k.address, $4) > 0
  ) found
  join resident m on m.id = found.id and m.removed_at is null
  join household k on k.id = m.household_id
  where exists (select 1 from unnest($3::text[]) p where starts_with(k.region_path, p))
    and ($6::text is null or (m.name, m.id) > ($6, $7::uuid))
    and ($8::text is null or m.status = $8)
  order by m.name, m.id
  limit $9
) page
join resident r on r.id = page.id
join household h on h.id = r.household_id
left join care_profile c on c.resident_id = r.id
order by r.name, r.id;

-- name: open_resident
select r.id, r.household_id as "householdId", r.name, r.sex, r.born::text as born, r.phone, h.address,
  h.region_path as "regionPath", r.status, (extract(epoch from r.status_since) * 1000)::float8 as "statusSince",
  r.form_of_address as "formOfAddress", coalesce(c.lives_alone, false) as "livesAlone", c.mobility, c.hearing, c.dialect,
  coalesce(c.conditions, '{}') as conditions, coalesce(c.power_dependent, false) as "powerDependent", r.version,
  r.registered_address as "registeredAddress", r.recording_consent as "recordingConsent"
from resident r
join household h on h.id = r.household_id
left join care_profile c on c.resident_id = r.id
where r.id = $1 and r.removed_at is null
  and exists (select 1 from unnest($2::text[]) p where starts_with(h.region_path, p));

-- name: add_resident
insert into resident (id, household_id, name, sex, born, phone, registered_address, form_of_address, status, status_since,
  recording_consent)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, case when $9::text <> 'home' then $10::timestamptz end, $11)
on conflict (id) do nothing;

-- name: find_consent
select r.recording_consent as allowed, r.recording_consent_at as at, r.recording_consent_by as by
from resident r
join household h on h.id = r.household_id
where r.id = $1 and r.removed_at is null
  and exists (select 1 from unnest($2::text[]) p where starts_with(h.region_path, p));

-- name: set_consent
update resident set recording_consent = $2, recording_consent_at = $3, recording_consent_by = $4, version = version + 1
where id = $1 and recording_consent <> $2 and removed_at is null
returning household_id as "householdId";

-- name: change_resident
-- $4: only what is in the patch changes; what is in it with null is emptied.
update resident r set
  household_id = coalesce(($4::jsonb ->> 'householdId')::uuid, household_id),
  name = coalesce($4::jsonb ->> 'name', name),
  sex = coalesce($4::jsonb ->> 'sex', sex),
  born = coalesce(($4::jsonb ->> 'born')::date, born),
  phone = case when $4::jsonb ? 'phone' then $4::jsonb ->> 'phone' else phone end,
  registered_address = case when $4::jsonb ? 'registeredAddress' then $4::jsonb ->> 'registeredAddress' else registered_address end,
  form_of_address = case when $4::jsonb ? 'formOfAddress' then $4::jsonb ->> 'formOfAddress' else form_of_address end,
  status = coalesce($4::jsonb ->> 'status', status),
  status_since = case when $4::jsonb ->> 'status' <> status then $5 else status_since end,
  version = version + 1
where r.id = $1 and r.version = $2 and r.removed_at is null
  and exists (
    select 1 from household h, unnest($3::text[]) p where h.id = r.household_id and starts_with(h.region_path, p))
returning version;

-- name: change_care
insert into care_profile as c (
  resident_id, lives_alone, mobility, hearing, dialect, conditions, medication, allergies, blood_type, hospital, power_dependent)
select $1, coalesce((p ->> 'livesAlone')::boolean, false), p ->> 'mobility', p ->> 'hearing', p ->> 'dialect',
  array(select jsonb_array_elements_text(coalesce(p -> 'conditions', '[]'))),
  array(select jsonb_array_elements_text(coalesce(p -> 'medication', '[]'))),
  array(select jsonb_array_elements_text(coalesce(p -> 'allergies', '[]'))),
  p ->> 'bloodType', p ->> 'hospital', coalesce((p ->> 'powerDependent')::boolean, false)
from (select $2::jsonb as p)
on conflict (resident_id) do update set
  lives_alone = case when $2::jsonb ? 'livesAlone' then excluded.lives_alone else c.lives_alone end,
  mobility = case when $2::jsonb ? 'mobility' then excluded.mobility else c.mobility end,
  hearing = case when $2::jsonb ? 'hearing' then excluded.hearing else c.hearing end,
  dialect = case when $2::jsonb ? 'dialect' then excluded.dialect else c.dialect end,
  conditions = case when $2::jsonb ? 'conditions' then excluded.conditions else c.conditions end,
  medication = case when $2::jsonb ? 'medication' then excluded.medication else c.medication end,
  allergies = case when $2::jsonb ? 'allergies' then excluded.allergies else c.allergies end,
  blood_type = case when $2::jsonb ? 'bloodType' then excluded.blood_type else c.blood_type end,
  hospital = case when $2::jsonb ? 'hospital' then excluded.hospital else c.hospital end,
  power_dependent = case when $2::jsonb ? 'powerDependent' then excluded.power_dependent else c.power_dependent end;

-- name: remove_resident
update resident r set removed_at = $3, version = version + 1
where r.id = $1 and r.removed_at is null
  and exists (select 1 from household h, unnest($2::text[]) p where h.id = r.household_id and starts_with(h.region_path, p))
returning id;

-- name: resident_power
select coalesce(power_dependent, false) as "powerDependent" from care_profile where resident_id = $1;

-- name: list_contacts
select id, name, relation, phone, ord as "order", has_key as "hasKey", local, minutes, may_wake as "mayWake"
from contact
where resident_id = $1
order by ord, id;

-- name: add_contact
insert into contact (id, resident_id, ord, name, relation, phone, has_key, local, minutes, may_wake)
values ($1, $2, coalesce($3, (select coalesce(max(ord), 0) + 1 from contact where resident_id = $2)), $4, $5, $6, $7, $8, $9, $10)
on conflict (id) do nothing;

-- name: find_contact
select t.id, t.resident_id as "residentId"
from contact t
join resident r on r.id = t.resident_id and r.removed_at is null
join household h on h.id = r.household_id
where t.id = $1 and exists (select 1 from unnest($2::text[]) p where starts_with(h.region_path, p));

-- name: change_contact
update contact set
  name = coalesce($2::jsonb ->> 'name', name),
  relation = coalesce($2::jsonb ->> 'relation', relation),
  phone = coalesce($2::jsonb ->> 'phone', phone),
  ord = coalesce(($2::jsonb ->> 'order')::int, ord),
  has_key = coalesce(($2::jsonb ->> 'hasKey')::boolean, has_key),
  local = coalesce(($2::jsonb ->> 'local')::boolean, local),
  minutes = case when $2::jsonb ? 'minutes' then ($2::jsonb ->> 'minutes')::int else minutes end,
  may_wake = coalesce($2::jsonb ->> 'mayWake', may_wake)
where id = $1
returning id;

-- name: drop_contact
delete from contact where id = $1;
