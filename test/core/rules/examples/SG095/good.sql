SET lock_timeout = '2s';
BEGIN;
ALTER TABLE users ADD COLUMN name text;
COMMIT;
UPDATE users SET name = first || ' ' || last WHERE id BETWEEN 1 AND 5000;
