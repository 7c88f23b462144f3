-- Facts: one row per business object, folded from events in any order. A new attribute is one generated column here.

create table orders (
  order_id text primary key,
  earliest jsonb not null default '{}',
  latest jsonb not null default '{}',
  status text generated always as (latest -> 'status' ->> 1) stored,
  created_at timestamptz generated always as (instant(earliest -> 'created' ->> 0)) stored, -- null: not yet placed
  -- cancelled while the current status says so, from the earliest cancellation on
  cancelled_at timestamptz generated always as (
    case when latest -> 'status' ->> 1 = 'cancelled' then instant(earliest -> 'cancelled' ->> 0) end
  ) stored,
  paid_at timestamptz generated always as (instant(earliest -> 'payment' ->> 0)) stored,
  handed_over_at timestamptz generated always as (instant(earliest -> 'shipment_handed_over' ->> 0)) stored,
  delivered_at timestamptz generated always as (instant(earliest -> 'shipment_delivered' ->> 0)) stored,
  customer_id text generated always as (latest -> 'customer_id' ->> 1) stored,
  session_id text generated always as (latest -> 'session_id' ->> 1) stored,
  channel text generated always as (latest -> 'channel' ->> 1) stored,
  country text generated always as (latest -> 'country' ->> 1) stored,
  currency text generated always as (latest -> 'currency' ->> 1) stored,
  -- the sum of the lines; an order without lines is worth its total
  gross numeric generated always as (
    case when (latest -> 'items' -> 1 ->> 'lines')::int > 0 then (latest -> 'items' -> 1 ->> 'gross')::numeric
    else coalesce((latest -> 'total_amount' ->> 1)::numeric, 0) end
  ) stored,
  discounts numeric generated always as (
    coalesce((latest -> 'discount_amount' ->> 1)::numeric, 0) + coalesce((latest -> 'items' -> 1 ->> 'discounts')::numeric, 0)
  ) stored,
  tax numeric generated always as (coalesce((latest -> 'tax_amount' ->> 1)::numeric, 0)) stored,
  shipping numeric generated always as (coalesce((latest -> 'shipping_amount' ->> 1)::numeric, 0)) stored,
  items_version text generated always as (latest -> 'items' ->> 0) stored
) with (fillfactor = 85);
create index on orders (created_at);
create index on orders (cancelled_at) where cancelled_at is not null;
create index on orders (customer_id, created_at) where customer_id is not null;
create index on orders (session_id) where session_id is not null;

-- The lines of the order's winning `items`.
create table order_lines (
  order_id text not null,
  line_number int not null,
  product_id text not null,
  sku text,
  name text,
  category_id text,
  category_name text,
  quantity numeric not null,
  unit_price numeric not null,
  discount_amount numeric not null,
  primary key (order_id, line_number)
);

create table payments (
  payment_id text primary key,
  earliest jsonb not null default '{}',
  latest jsonb not null default '{}',
  order_id text generated always as (latest -> 'order_id' ->> 1) stored,
  paid_at timestamptz generated always as (instant(earliest -> 'confirmed' ->> 0)) stored,
  amount numeric generated always as ((latest -> 'amount' ->> 1)::numeric) stored,
  currency text generated always as (latest -> 'currency' ->> 1) stored,
  method text generated always as (latest -> 'method' ->> 1) stored
) with (fillfactor = 85);
create index on payments (paid_at);
create index on payments (order_id);

create table shipments (
  shipment_id text primary key,
  earliest jsonb not null default '{}',
  latest jsonb not null default '{}',
  order_id text generated always as (latest -> 'order_id' ->> 1) stored,
  status text generated always as (latest -> 'status' ->> 1) stored,
  carrier text generated always as (latest -> 'carrier' ->> 1) stored,
  warehouse_id text generated always as (latest -> 'warehouse_id' ->> 1) stored,
  handed_over_at timestamptz generated always as (instant(earliest -> 'handed_over' ->> 0)) stored,
  delivered_at timestamptz generated always as (instant(earliest -> 'delivered' ->> 0)) stored,
  estimated_delivery_at timestamptz generated always as (instant(latest -> 'estimated_delivery_at' ->> 1)) stored,
  items_version text generated always as (latest -> 'items' ->> 0) stored
) with (fillfactor = 85);
create index on shipments (order_id);

create table shipment_lines (
  shipment_id text not null,
  line_number int not null,
  product_id text not null,
  quantity numeric not null,
  picked_quantity numeric,
  primary key (shipment_id, line_number)
);

create table returns (
  return_id text primary key,
  earliest jsonb not null default '{}',
  latest jsonb not null default '{}',
  order_id text generated always as (latest -> 'order_id' ->> 1) stored,
  status text generated always as (latest -> 'status' ->> 1) stored,
  customer_id text generated always as (latest -> 'customer_id' ->> 1) stored,
  refunded_at timestamptz generated always as (instant(earliest -> 'refunded' ->> 0)) stored,
  refund_amount numeric generated always as ((latest -> 'refund_amount' ->> 1)::numeric) stored,
  cost_amount numeric generated always as ((latest -> 'cost_amount' ->> 1)::numeric) stored,
  currency text generated always as (latest -> 'currency' ->> 1) stored,
  reason text generated always as (latest -> 'reason' ->> 1) stored,
  items_version text generated always as (latest -> 'items' ->> 0) stored
) with (fillfactor = 85);
create index on returns (refunded_at) where refunded_at is not null;
create index on returns (order_id) where order_id is not null;

create table return_lines (
  return_id text not null,
  line_number int not null,
  product_id text not null,
  quantity numeric not null,
  amount numeric,
  primary key (return_id, line_number)
);

create table sessions (
  session_id text primary key,
  earliest jsonb not null default '{}',
  latest jsonb not null default '{}',
  started_at timestamptz generated always as (instant(earliest -> 'event' ->> 0)) stored,
  ended_at timestamptz generated always as (instant(latest -> 'event' ->> 1)) stored,
  page_view_at timestamptz generated always as (instant(earliest -> 'page_view' ->> 0)) stored,
  product_view_at timestamptz generated always as (instant(earliest -> 'product_view' ->> 0)) stored,
  add_to_cart_at timestamptz generated always as (instant(earliest -> 'add_to_cart' ->> 0)) stored,
  checkout_at timestamptz generated always as (instant(earliest -> 'checkout' ->> 0)) stored,
  customer_id text generated always as (latest -> 'customer_id' ->> 1) stored,
  anonymous_id text generated always as (latest -> 'anonymous_id' ->> 1) stored,
  channel text generated always as (latest -> 'channel' ->> 1) stored
) with (fillfactor = 85);
create index on sessions (started_at);

create table customers (
  customer_id text primary key,
  earliest jsonb not null default '{}',
  latest jsonb not null default '{}',
  registered_at timestamptz generated always as (instant(latest -> 'registered_at' ->> 1)) stored,
  country text generated always as (latest -> 'country' ->> 1) stored,
  marketing_opt_in boolean generated always as ((latest -> 'marketing_opt_in' ->> 1)::boolean) stored
) with (fillfactor = 85);

create table stock (
  stock_id text primary key, -- product and warehouse, joined by U+0001
  earliest jsonb not null default '{}',
  latest jsonb not null default '{}',
  product_id text generated always as (latest -> 'product_id' ->> 1) stored,
  warehouse_id text generated always as (latest -> 'warehouse_id' ->> 1) stored,
  on_hand numeric generated always as ((latest -> 'on_hand' ->> 1)::numeric) stored,
  reserved numeric generated always as ((latest -> 'reserved' ->> 1)::numeric) stored,
  reorder_point numeric generated always as ((latest -> 'reorder_point' ->> 1)::numeric) stored,
  unit_cost numeric generated always as ((latest -> 'unit_cost' ->> 1)::numeric) stored,
  currency text generated always as (latest -> 'currency' ->> 1) stored
) with (fillfactor = 85);

-- Money spent adds up: one row per event.
create table spend (
  spend_id text primary key,
  earliest jsonb not null default '{}',
  latest jsonb not null default '{}',
  spend_date date generated always as (make_date(
    left(latest -> 'spend_date' ->> 1, 4)::int, substr(latest -> 'spend_date' ->> 1, 6, 2)::int, right(latest -> 'spend_date' ->> 1, 2)::int
  )) stored, -- a cast of text to date would depend on the session's DateStyle
  amount numeric generated always as ((latest -> 'amount' ->> 1)::numeric) stored,
  currency text generated always as (latest -> 'currency' ->> 1) stored,
  source text generated always as (latest -> 'source' ->> 1) stored,
  medium text generated always as (latest -> 'medium' ->> 1) stored,
  campaign text generated always as (latest -> 'campaign' ->> 1) stored,
  channel text generated always as (latest -> 'channel' ->> 1) stored,
  impressions bigint generated always as ((latest -> 'impressions' ->> 1)::bigint) stored,
  clicks bigint generated always as ((latest -> 'clicks' ->> 1)::bigint) stored
);
create index on spend (spend_date);
