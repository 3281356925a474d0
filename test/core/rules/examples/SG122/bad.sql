INSERT INTO orders (code, net, gross) VALUES ('a', 10, 12);
