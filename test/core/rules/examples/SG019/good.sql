CREATE TABLE countries (id bigint PRIMARY KEY, name text NOT NULL CHECK (length(name) <= 40));
