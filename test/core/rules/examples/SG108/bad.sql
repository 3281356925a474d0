SET lock_timeout = '2s';
CREATE OR REPLACE VIEW directory AS SELECT id, email FROM users;
CREATE OR REPLACE FUNCTION tax(price numeric) RETURNS numeric IMMUTABLE LANGUAGE sql AS 'SELECT price * 0.2';
