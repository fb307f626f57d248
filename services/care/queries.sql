-- name: add_family_link
insert into family_link (id, incident_id, contact_id, created_at, expires_at) values ($1, $2, $3, $4, $5)
on conflict (incident_id, contact_id) do nothing;

-- name: look_family_link
update family_link set looks = looks + 1, first_look_at = coalesce(first_look_at, $2), last_look_at = $2
where id = $1 and expires_at > $2
returning incident_id as "incidentId";

-- name: tidy_family_links
delete from family_link where expires_at < $1;
