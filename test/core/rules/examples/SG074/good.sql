SET lock_timeout = '2s';
BEGIN;
ALTER TABLE orders ADD COLUMN currency text;
CREATE MATERIALIZED VIEW totals AS SELECT currency, sum(total) FROM orders GROUP BY currency WITH NO DATA;
COMMIT;
