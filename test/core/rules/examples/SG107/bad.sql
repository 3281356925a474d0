SET lock_timeout = '2s';
ALTER TABLE orders ADD CONSTRAINT orders_total_present NOT NULL total NOT VALID;
