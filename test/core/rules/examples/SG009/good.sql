SET lock_timeout = '2s';
ALTER TABLE users ALTER COLUMN note TYPE text COLLATE "C";
