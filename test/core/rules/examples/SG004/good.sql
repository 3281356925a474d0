SET lock_timeout = '2s';
ALTER TABLE invoices ADD COLUMN number bigint;
CREATE SEQUENCE invoices_number_seq OWNED BY invoices.number;
ALTER TABLE invoices ALTER COLUMN number SET DEFAULT nextval('invoices_number_seq');
