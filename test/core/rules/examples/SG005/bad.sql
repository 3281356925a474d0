SET lock_timeout = '2s';
ALTER TABLE invoices ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY;
