UPDATE users SET country = 'unknown' WHERE id >= 1 AND id < 5001 AND country IS NULL;
