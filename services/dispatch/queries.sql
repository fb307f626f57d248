-- name: find_open_for_update
select * from incident
where subject = any ($1::text[]) and state in ('waiting', 'claimed', 'responding', 'on_scene')
order by id
for update;

-- name: open_cases_about
-- Of this resident, or of her home while nobody has said who it is.
select id from incident
where state not in ('closed', 'cancelled') and (resident_id = $1::uuid or (resident_id is null and household_id = $2::uuid))
order by id;
