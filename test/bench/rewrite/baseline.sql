-- The schema that the labelled files change, with ROWS rows in each large table. What the files leave open is chosen here: lookup_region() is
-- IMMUTABLE, and every large table has a primary key.
CREATE TABLE schema_migrations (version text PRIMARY KEY, applied_at timestamptz);
CREATE TYPE order_status AS ENUM ('new', 'paid');
CREATE FUNCTION lookup_region(code text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT upper(code) $$;
CREATE TABLE customers (id bigint PRIMARY KEY, name text);
CREATE TABLE users (
  id bigint PRIMARY KEY, email text NOT NULL, legacy_token text, api_v1_token text, api_v1_secret text, signup_source text
);
CREATE TABLE orders (
  id bigint PRIMARY KEY, customer_id bigint, amount numeric NOT NULL, status order_status NOT NULL, refunded_at timestamptz,
  country_code text, created_at timestamptz NOT NULL
);
CREATE TABLE invoices (id bigint PRIMARY KEY, subtotal_cents bigint NOT NULL, tax_cents bigint NOT NULL);
CREATE TABLE payments (id integer CONSTRAINT payments_pkey PRIMARY KEY, order_id integer NOT NULL);
CREATE INDEX idx_payments_order ON payments (order_id);
CREATE TABLE documents (id bigint PRIMARY KEY, is_deleted boolean NOT NULL, updated_at timestamptz NOT NULL);
CREATE TABLE legacy_sessions (id bigint PRIMARY KEY);
CREATE TABLE legacy_api_keys (id bigint PRIMARY KEY);
CREATE VIEW legacy_overview AS SELECT id FROM legacy_sessions;
CREATE TABLE sessions (id bigint PRIMARY KEY);
CREATE TABLE session_events (id bigint PRIMARY KEY, session_id bigint REFERENCES sessions);
INSERT INTO customers SELECT g, 'customer ' || g FROM generate_series(1, 1000) g;
INSERT INTO users SELECT g, 'user' || g || '@example.com', 'token', 'a', 'b', 'web' FROM generate_series(1, ROWS) g;
INSERT INTO orders SELECT g, 1 + g % 1000, 1 + g % 90, 'new', CASE WHEN g % 50 = 0 THEN timestamptz '2026-01-01' END, 'de', timestamptz '2026-01-01'
  FROM generate_series(1, ROWS) g;
INSERT INTO invoices SELECT g, g, g % 20 FROM generate_series(1, ROWS) g;
INSERT INTO payments SELECT g, g FROM generate_series(1, ROWS) g;
INSERT INTO documents SELECT g, g % 10 = 0, timestamptz '2026-01-01' FROM generate_series(1, ROWS) g;
INSERT INTO sessions SELECT g FROM generate_series(1, 1000) g;
INSERT INTO session_events SELECT g, g FROM generate_series(1, 1000) g;
