SET lock_timeout = '2s';
ALTER TABLE events ALTER COLUMN label TYPE varchar(20);
ALTER TABLE events ALTER COLUMN amount SET DEFAULT 0;
