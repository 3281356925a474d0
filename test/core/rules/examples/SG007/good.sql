SET lock_timeout = '2s';
ALTER TABLE events ALTER COLUMN label TYPE varchar(40);
ALTER TABLE events ALTER COLUMN label TYPE text;
ALTER TABLE events ALTER COLUMN amount TYPE numeric(12,2);
