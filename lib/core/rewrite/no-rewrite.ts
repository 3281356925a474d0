/** Hazards that no order of statements avoids, by the lint rule that names them. The reason is a full sentence without the final full stop. */
export const NO_REWRITE: Readonly<Record<string, string>> = {
  SG006: "PostgreSQL fills a stored generated column by a rewrite, and cannot make an existing column generated",
  SG032: "PostgreSQL builds the index of an EXCLUDE constraint under its lock, and cannot take over an existing one",
  SG061:
    "TRUNCATE empties a table under ACCESS EXCLUSIVE, and a DELETE in batches is not the same to triggers, sequences and what CASCADE reaches",
  SG064: "SET LOGGED and SET UNLOGGED rewrite the table under ACCESS EXCLUSIVE",
  SG065: "SET TABLESPACE copies the table under ACCESS EXCLUSIVE",
  SG066: "VACUUM FULL and CLUSTER rewrite the table under ACCESS EXCLUSIVE",
  SG081: "a trigger that is switched off leaves rows unchecked in every step until it is switched on again",
  SG083: "the table loses its replica identity: name another first (ALTER TABLE … REPLICA IDENTITY USING INDEX)",
  SG094: "LOCK TABLE holds its lock until the end of its transaction",
  SG114: "a column of a domain with a constraint is filled by a rewrite",
};
