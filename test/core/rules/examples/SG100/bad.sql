DO $$
DECLARE name text;
BEGIN
  SELECT conname INTO name FROM pg_constraint WHERE conrelid = 'users'::regclass;
  EXECUTE 'ALTER TABLE users DROP CONSTRAINT ' || quote_ident(name);
END $$;
