SET lock_timeout = '2s';
CREATE INDEX events_at_idx ON ONLY events (at);
SET lock_timeout = 0;
CREATE INDEX CONCURRENTLY events_2026_at_idx ON events_2026 (at);
ALTER INDEX events_at_idx ATTACH PARTITION events_2026_at_idx;
