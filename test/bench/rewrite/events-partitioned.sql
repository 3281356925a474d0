CREATE TABLE events (id bigint NOT NULL, account_id bigint NOT NULL, event_type text NOT NULL, created_at timestamptz NOT NULL)
  PARTITION BY RANGE (created_at);
CREATE TABLE events_2025_01 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2025-02-01');
INSERT INTO events SELECT g, g % 100, 'click', timestamptz '2025-01-02' FROM generate_series(1, ROWS) g;
