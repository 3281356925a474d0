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
  {
    name: "auth",
    folder: "migrations",
    text: (sql) => sql.replaceAll(/\{\{ ?index \.Options "Namespace" ?\}\}/g, "auth"),
    base: "create schema if not exists auth",
  },
];
