SET lock_timeout = '2s';
ALTER TABLE orders ADD CONSTRAINT enough CHECK (sum(total) > 0) NOT VALID;
