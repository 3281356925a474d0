CREATE TABLE teams (id bigint PRIMARY KEY);
CREATE TABLE rooms (id bigint PRIMARY KEY);
