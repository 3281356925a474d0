CREATE TABLE invoices (code text PRIMARY KEY);
INSERT INTO invoices VALUES ('a');
