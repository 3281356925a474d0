CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, at timestamptz);
CREATE INDEX orders_user_at_idx ON orders (user_id, at);
