CREATE TABLE users (id bigint PRIMARY KEY, name text, note text);
CREATE INDEX users_name_idx ON users (name);
INSERT INTO users VALUES (1, 'ada');
