CREATE TYPE status AS ENUM ('open', 'closed');
CREATE TABLE orders (id bigint PRIMARY KEY, status status);
INSERT INTO orders VALUES (1, 'open');
