CREATE TABLE events (id integer PRIMARY KEY, account_id bigint NOT NULL, event_type text NOT NULL, created_at timestamptz NOT NULL);
INSERT INTO events SELECT g, g % 100, 'click', timestamptz '2026-01-01' FROM generate_series(1, ROWS) g;
