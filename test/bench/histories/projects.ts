import { REPOSITORIES } from "../prove/repositories.js";

/** A public history that is replayed when it lies in the folder of `SCHEMA_GATE_CORPUS`, under its own name. */
export interface Project {
  readonly name: string;
  readonly folder: string;
  /** What its framework puts into the text before it runs it. */
  readonly text?: (sql: string) => string;
  /** What its setup makes in a database before the first migration. */
  readonly base?: string;
}

export const PROJECTS: readonly Project[] = [
  ...REPOSITORIES,
  { name: "lakekeeper", folder: "crates/lakekeeper-storage-postgres/migrations" },
  { name: "langfuse", folder: "packages/shared/prisma/migrations" },
  { name: "minder", folder: "database/migrations" },
  { name: "ente", folder: "server/migrations" },
  { name: "trigger.dev", folder: "internal-packages/database/prisma/migrations" },
  { name: "gitness", folder: "app/store/database/migrate/postgres" },
  { name: "quickwit", folder: "quickwit/quickwit-metastore/migrations/postgresql" },
  { name: "atuin", folder: "crates/atuin-server-postgres/migrations" },
  { name: "hoppscotch", folder: "packages/hoppscotch-backend/prisma/migrations" },
  { name: "umami", folder: "prisma/migrations" },
  { name: "kestra", folder: "jdbc-postgres/src/main/resources/migrations/postgres" },
  { name: "rauthy", folder: "migrations/postgres" },
  { name: "labrinth", folder: "migrations" },
  { name: "aptos-indexer", folder: "rust/processor/src/db/postgres/migrations" },
  { name: "graph-node", folder: "store/postgres/migrations" },
  { name: "ghostfolio", folder: "prisma/migrations" },
  { name: "rallly", folder: "packages/database/prisma/migrations" },
  { name: "linkwarden", folder: "packages/prisma/migrations" },
  { name: "typebot", folder: "packages/prisma/postgresql/migrations" },
  { name: "evolution-api", folder: "prisma/postgresql-migrations" },
  { name: "formbricks", folder: "packages/database/migration" },
  {
    name: "auth",
    folder: "migrations",
    text: (sql) => sql.replaceAll(/\{\{ ?index \.Options "Namespace" ?\}\}/g, "auth"),
    base: "create schema if not exists auth",
  },
];
