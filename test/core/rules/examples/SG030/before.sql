CREATE TABLE users (id bigint NOT NULL, email text);
INSERT INTO users VALUES (1, 'ada@example.org');
