SET lock_timeout = '2s';
ALTER TABLE users REPLICA IDENTITY USING INDEX users_code_idx;
