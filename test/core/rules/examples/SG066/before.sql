CREATE TABLE events (id bigint PRIMARY KEY);
INSERT INTO events VALUES (1);
