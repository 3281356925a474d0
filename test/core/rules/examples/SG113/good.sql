SET lock_timeout = '2s';
UPDATE users SET email = 'a', fax = 'b' WHERE id = 1;
