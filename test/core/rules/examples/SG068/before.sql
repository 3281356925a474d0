CREATE TABLE events (id bigint, at timestamptz NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE events_2026 (id bigint, at timestamptz NOT NULL, PRIMARY KEY (id, at));
INSERT INTO events_2026 VALUES (1, '2026-02-01');
