SET lock_timeout = '2s';
ALTER TABLE users ALTER COLUMN nickname TYPE varchar(20);
