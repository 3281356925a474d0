BEGIN;
ALTER TYPE status ADD VALUE 'refunded';
CREATE TABLE refunds (id bigint PRIMARY KEY);
COMMIT;
