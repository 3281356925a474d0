SET lock_timeout = '2s';
ALTER TABLE events ALTER COLUMN label TYPE varchar(40);
