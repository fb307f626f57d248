-- Up Migration
-- When the family is rung if nobody has spoken by then; who was rung for the case and what became of it.
alter table incident add column family_at timestamptz;
alter table incident add column calls jsonb not null default '[]';

-- Where an operator's own telephone stands: the platform rings it to bring her into a case's conference.
alter table account add column phone text;

-- Down Migration
