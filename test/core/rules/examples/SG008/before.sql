CREATE TABLE users (id bigint PRIMARY KEY, nickname text);
INSERT INTO users VALUES (1, 'ada');
