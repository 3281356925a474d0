CREATE TABLE users (id bigint, code bigint NOT NULL);
CREATE UNIQUE INDEX users_id_idx ON users (id);
CREATE UNIQUE INDEX users_code_idx ON users (code);
INSERT INTO users VALUES (1, 1);
