/** Tables in which frameworks keep their own rows. */
export const LEDGERS: readonly string[] = [
  ..."_prisma_migrations _sqlx_migrations __diesel_schema_migrations schema_migrations goose_db_version".split(" "),
  ..."flyway_schema_history refinery_schema_history seaql_migrations pgmigrations migrations_history schema_gate_ledger".split(
    " ",
  ),
];
