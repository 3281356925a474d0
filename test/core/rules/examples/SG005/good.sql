CREATE TABLE invoice_numbers (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  code text NOT NULL
);
