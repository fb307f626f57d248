-- name: put_sample
-- Drawn already, by another process or another look: it stays as it is.
insert into quality_sample (
  id, operator_id, operator_name, month, slot, incident_id, call_id, called_at, recording_id, drawn_at)
values ($1, $2, $3, ($4::text || '-01')::date, $5, $6, $7, $8::timestamptz, $9, $10::timestamptz)
on conflict do nothing
returning id;

-- name: samples_of_months
select operator_id as "operatorId", to_char(month, 'YYYY-MM') as month, slot, incident_id as "incidentId"
from quality_sample
where to_char(month, 'YYYY-MM') = any ($1::text[]);

-- name: list_samples
-- To be scored first, then what was scored last.
select id, to_char(month, 'YYYY-MM') as month, slot, operator_id as "operatorId", operator_name as "operatorName",
  incident_id as "incidentId", called_at as "calledAt", recording_id as "recordingId", points, remark,
  scored_at as "scoredAt", scored_by_name as "scoredBy"
from quality_sample
where ($1::uuid is null or (operator_id = $1::uuid and scored_at is not null)) and ($2::uuid is null or id = $2::uuid)
order by scored_at is not null, scored_at desc, month desc, operator_name, slot
limit $3;

-- name: score_sample
update quality_sample set points = $2, remark = $3, scored_at = $4::timestamptz, scored_by = $5, scored_by_name = $6
where id = $1 and scored_at is null
returning id;
