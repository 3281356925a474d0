CREATE TABLE countries (id bigint PRIMARY KEY, name char(40) NOT NULL);
