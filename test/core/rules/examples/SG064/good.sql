CREATE TABLE events_kept (id bigint PRIMARY KEY);
