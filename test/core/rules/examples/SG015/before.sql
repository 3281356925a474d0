CREATE TABLE users (id bigint PRIMARY KEY, email text, fax text);
CREATE VIEW directory AS SELECT id, email FROM users;
