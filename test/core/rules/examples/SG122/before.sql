CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code text UNIQUE, net numeric, gross numeric GENERATED ALWAYS AS (net * 1.2) STORED);
