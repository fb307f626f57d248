-- Up Migration
-- Calls that ask a resident whether the work is done: whose report it is when the telephone tells of one. What came of it
-- stands in the order.
create table confirm_call (
  id uuid primary key,
  order_id uuid not null references work_order (id),
  at timestamptz not null
);
create index confirm_call_order on confirm_call (order_id);

-- Down Migration
