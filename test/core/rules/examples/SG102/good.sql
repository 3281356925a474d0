CREATE TABLE customer_history (id bigint PRIMARY KEY);
