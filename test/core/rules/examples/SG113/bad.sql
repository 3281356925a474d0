SET lock_timeout = '2s';
UPDATE users SET email = 'a', email = 'b' WHERE id = 1;
