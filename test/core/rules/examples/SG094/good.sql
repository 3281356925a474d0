SET lock_timeout = '2s';
BEGIN;
LOCK TABLE users IN ROW SHARE MODE;
COMMIT;
