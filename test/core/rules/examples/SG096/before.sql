CREATE TABLE users (id bigint PRIMARY KEY, country text);
INSERT INTO users VALUES (1, NULL);
