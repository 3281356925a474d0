SET lock_timeout = '2s';
ALTER TABLE users ENABLE TRIGGER ALL;
