CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE cards (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers DEFERRABLE INITIALLY DEFERRED);
