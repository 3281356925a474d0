CREATE TABLE users (id bigint PRIMARY KEY, email text, fax text);
CREATE INDEX users_by_email ON users (email);
CREATE INDEX users_by_fax ON users (fax);
