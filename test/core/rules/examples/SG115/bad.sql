BEGIN;
SET LOCAL lock_timeout = '2s';
ALTER TABLE users DROP COLUMN fax;
SELECT count(*) FROM events WHERE kind <> 'login';
COMMIT;
