CREATE TABLE events (id bigint PRIMARY KEY, label varchar(20), amount numeric(8,2));
INSERT INTO events VALUES (1, 'a', 1);
