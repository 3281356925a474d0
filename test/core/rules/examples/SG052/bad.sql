SET lock_timeout = '2s';
CREATE INDEX events_at_idx ON events (at);
