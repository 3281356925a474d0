BEGIN;
SET LOCAL lock_timeout = '2s';
UPDATE cards SET customer_id = 1 WHERE id = 1;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE cards ADD COLUMN note text;
COMMIT;
