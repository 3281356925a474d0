SET lock_timeout = '2s';
ALTER TABLE users ADD CONSTRAINT users_nickname_short CHECK (length(nickname) <= 20) NOT VALID;
ALTER TABLE users VALIDATE CONSTRAINT users_nickname_short;
