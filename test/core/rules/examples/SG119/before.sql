CREATE TABLE orders (id bigint PRIMARY KEY, quantity text);
