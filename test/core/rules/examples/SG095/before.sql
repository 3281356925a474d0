CREATE TABLE users (id bigint PRIMARY KEY, first text, last text);
INSERT INTO users VALUES (1, 'Ada', 'Lovelace');
