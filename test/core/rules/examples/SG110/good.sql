CREATE INDEX CONCURRENTLY events_by_day ON events (date_trunc('day', timezone('UTC', at)));
