SET lock_timeout = '2s';
ALTER TABLE users ADD CONSTRAINT users_pkey PRIMARY KEY USING INDEX users_code_idx;
