SET lock_timeout = '2s';
CREATE TABLE visits (id bigint PRIMARY KEY, user_id bigint REFERENCES users);
CREATE INDEX visits_by_user ON visits (user_id);
