SET lock_timeout = '2s';
ALTER TABLE orders ADD CONSTRAINT enough CHECK (total > 0) NOT VALID;
