-- Up Migration
-- He is at the door by his word alone: when the desk is next asked to find out. Null: something shows it, or he has not come.
alter table assignment add column prove_by timestamptz;

-- Down Migration
