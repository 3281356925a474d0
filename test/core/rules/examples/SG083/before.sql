CREATE TABLE users (id bigint PRIMARY KEY, code bigint NOT NULL);
CREATE UNIQUE INDEX users_code_idx ON users (code);
