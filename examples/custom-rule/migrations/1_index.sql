CREATE INDEX CONCURRENTLY by_email ON users (email);
