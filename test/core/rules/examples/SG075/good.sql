ALTER TYPE status ADD VALUE 'refunded';
UPDATE orders SET status = 'refunded' WHERE id = 1;
