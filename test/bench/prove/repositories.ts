/** Public repositories that are measured when they lie in the folder of `SCHEMA_GATE_CORPUS`, each under its own name. */
export const REPOSITORIES: readonly { readonly name: string; readonly folder: string }[] = [
  { name: "svix-webhooks", folder: "server/svix-server/migrations" },
  { name: "Plume", folder: "migrations/postgres" },
  { name: "crates.io", folder: "migrations" },
  { name: "lemmy", folder: "migrations" },
  { name: "documenso", folder: "packages/prisma/migrations" },
  { name: "concourse", folder: "atc/db/migration/migrations" },
  { name: "docs.rs", folder: "crates/lib/docs_rs_database/migrations" },
  { name: "vaultwarden", folder: "migrations/postgresql" },
  { name: "conductor", folder: "postgres-persistence/src/main/resources/db/migration_postgres" },
  { name: "matrix-authentication-service", folder: "crates/storage-pg/migrations" },
  { name: "hatchet", folder: "cmd/hatchet-migrate/migrate/migrations" },
];
