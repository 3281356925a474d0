CREATE TABLE users (id bigint PRIMARY KEY);
CREATE VIEW user_ids AS SELECT id FROM users;
CREATE VIEW some_ids AS SELECT id FROM user_ids;
