import { z } from "zod";

/** What the queries of the deployed versions are read from, and what a release may do to them. */
export const workloadConfigSchema = z.strictObject({
  saved: z
    .array(z.string())
    .default([])
    .describe("files that `schema-gate workload save` wrote, relative to this config"),
  sql: z.array(z.string()).default([]).describe("files of SQL, or folders with such"),
  code: z.array(z.string()).default([]).describe("folders of the application's code as it is now"),
  versions: z
    .array(z.string().min(1))
    .default([])
    .describe("tags, branches or commits of the repository around this config that are deployed, or will be"),
  logs: z.array(z.string()).default([]).describe("logs of PostgreSQL: csvlog, jsonlog or stderr"),
  statistics: z.boolean().default(true).describe("pg_stat_statements of every tenant"),
});
