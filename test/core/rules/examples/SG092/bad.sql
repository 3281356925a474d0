SET lock_timeout = '2s';
BEGIN;
ALTER TABLE users ADD COLUMN note text;
ALTER TABLE orders ADD COLUMN note text;
COMMIT;
