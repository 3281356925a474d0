CREATE DOMAIN email AS text;
CREATE TABLE users (id bigint PRIMARY KEY, address email);
INSERT INTO users VALUES (1, 'ada@example.org');
