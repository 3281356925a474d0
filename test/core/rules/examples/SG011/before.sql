CREATE TABLE users (id bigint PRIMARY KEY, email text);
ALTER TABLE users ADD CONSTRAINT users_email_present CHECK (email IS NOT NULL);
INSERT INTO users VALUES (1, 'ada@example.org');
