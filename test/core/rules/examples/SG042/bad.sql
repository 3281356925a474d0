SET lock_timeout = '2s';
ALTER TABLE orders ADD CHECK (total >= 0) NOT VALID;
