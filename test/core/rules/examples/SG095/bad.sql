SET lock_timeout = '2s';
BEGIN;
ALTER TABLE users ADD COLUMN name text;
UPDATE users SET name = first || ' ' || last;
COMMIT;
