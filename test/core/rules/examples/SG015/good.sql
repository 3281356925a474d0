SET lock_timeout = '2s';
BEGIN;
DROP VIEW directory;
ALTER TABLE users ALTER COLUMN email TYPE varchar;
CREATE VIEW directory AS SELECT id, email FROM users;
COMMIT;
