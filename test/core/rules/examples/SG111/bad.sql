SET lock_timeout = '2s';
ALTER TABLE orders ADD CONSTRAINT orders_user FOREIGN KEY (user_email) REFERENCES users (email) NOT VALID;
