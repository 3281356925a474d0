CREATE TABLE offers (id bigint PRIMARY KEY, ends_on date NOT NULL CHECK (ends_on >= CURRENT_DATE));
