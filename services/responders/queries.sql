-- name: put_positions
-- A newer fix replaces an older one, and nothing else does; not sooner than $6 ms after it.
with
  given as (
    select * from unnest($1::uuid[], $2::double precision[], $3::double precision[], $4::timestamptz[], $5::real[]) as g (staff_id, lat, lon, at, accuracy)
  ),
  put as (
    insert into responder_now as n (staff_id, lat, lon, at)
    select staff_id, lat, lon, at from given
    on conflict (staff_id) do update set lat = excluded.lat, lon = excluded.lon, at = excluded.at
    where n.at + $6::int * interval '1 millisecond' <= excluded.at
    returning staff_id
  ),
  track as (
    insert into position (staff_id, at, lat, lon, accuracy)
    select staff_id, at, lat, lon, accuracy from given where staff_id in (select p.staff_id from put p)
    on conflict do nothing
  )
select staff_id from put;

-- name: positions_of
select staff_id, lat, lon, at from responder_now where staff_id = any ($1::uuid[]) and at >= $2;

-- name: add_photo
insert into assignment_photo (id, assignment_id, incident_id, staff_id, at, type, bytes)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (id) do nothing;

-- name: photos_of
select id, at from assignment_photo where assignment_id = $1 order by at;

-- name: photo
select assignment_id, incident_id, staff_id, type, bytes from assignment_photo where id = $1;
