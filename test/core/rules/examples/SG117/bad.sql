BEGIN;
SET LOCAL lock_timeout = '2s';
UPDATE cards SET customer_id = 1 WHERE id = 1;
ALTER TABLE cards ADD COLUMN note text;
COMMIT;
