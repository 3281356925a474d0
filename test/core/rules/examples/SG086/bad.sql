CREATE FUNCTION forget(kind text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE 'DELETE FROM events WHERE kind = ''' || kind || '''';
END $$;
