CREATE TABLE users (id bigint PRIMARY KEY, email text, fax text);
CREATE VIEW directory AS SELECT id, email, fax FROM users;
CREATE FUNCTION tax(amount numeric) RETURNS numeric IMMUTABLE LANGUAGE sql AS 'SELECT amount * 0.2';
