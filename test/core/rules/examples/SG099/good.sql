CREATE TABLE IF NOT EXISTS teams (id bigint PRIMARY KEY, name varchar(20));
