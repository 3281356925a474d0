UPDATE users SET country = 'unknown' WHERE country IS NULL;
