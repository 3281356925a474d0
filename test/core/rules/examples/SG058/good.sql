CREATE TABLE staging (id bigint PRIMARY KEY);
DROP TABLE staging;
