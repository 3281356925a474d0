SELECT count(*) FROM events WHERE kind <> 'login';
BEGIN;
SET LOCAL lock_timeout = '2s';
ALTER TABLE users ADD COLUMN mail text;
COMMIT;
