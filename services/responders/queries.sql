-- name: put_positions
with
  given as (
    select * from unnest($1::uuid[], $2::double precision[], $3::double precision[], $4::timestamptz[], $5::real[]) as g (staff_id, lat, lon, at, accuracy)
  ),
  track as (
    insert into position (staff_id, at, lat, lon, accuracy)
    select staff_id, at, lat, lon, accuracy from given
    on conflict do nothing
  )
insert into responder_now (staff_id, lat, lon, at)
select staff_id, lat, lon, at from given
on conflict (staff_id) do update set lat = excluded.lat, lon = excluded.lon, at = excluded.at
where responder_now.at < excluded.at;

-- name: positions_of
select staff_id, lat, lon, at from responder_now where staff_id = any ($1::uuid[]) and at >= $2;
