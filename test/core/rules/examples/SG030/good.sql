CREATE UNIQUE INDEX CONCURRENTLY users_pkey ON users (id);
SET lock_timeout = '2s';
ALTER TABLE users ADD CONSTRAINT users_pkey PRIMARY KEY USING INDEX users_pkey;
