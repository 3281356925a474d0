CREATE TABLE users (id bigint PRIMARY KEY, fax text);
CREATE TABLE events (id bigint PRIMARY KEY, kind text);
