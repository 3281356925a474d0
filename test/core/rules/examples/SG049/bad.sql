CREATE TABLE teams (id bigint PRIMARY KEY);
CREATE INDEX CONCURRENTLY users_email_idx ON users (email);
