SET lock_timeout = '2s';
CREATE OR REPLACE VIEW directory AS SELECT id, email, fax, lower(email) AS mail FROM users;
CREATE OR REPLACE FUNCTION tax(amount numeric) RETURNS numeric IMMUTABLE LANGUAGE sql AS 'SELECT amount * 0.3';
