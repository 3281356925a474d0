CREATE TABLE orders (id bigint PRIMARY KEY, net numeric NOT NULL, tax numeric NOT NULL);
INSERT INTO orders VALUES (1, 10, 2);
