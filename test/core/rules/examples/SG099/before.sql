CREATE TABLE teams (id bigint PRIMARY KEY, name varchar(20));
