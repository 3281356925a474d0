CREATE FUNCTION forget(kind text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('DELETE FROM %I WHERE kind = $1', 'events') USING kind;
END $$;
