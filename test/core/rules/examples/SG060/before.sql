CREATE TYPE mood AS ENUM ('calm', 'glad');
CREATE TABLE users (id bigint PRIMARY KEY, mood mood);
