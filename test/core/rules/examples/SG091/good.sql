CREATE INDEX CONCURRENTLY orders_user_idx ON orders (user_id);
SET lock_timeout = '2s';
ALTER TABLE users ADD COLUMN age integer;
