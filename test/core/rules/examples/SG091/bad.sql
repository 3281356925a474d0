SET lock_timeout = '2s';
BEGIN;
ALTER TABLE users ADD COLUMN age integer;
CREATE INDEX orders_user_idx ON orders (user_id);
COMMIT;
