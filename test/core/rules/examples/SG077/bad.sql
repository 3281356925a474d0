ALTER TYPE status RENAME VALUE 'open' TO 'active';
