import { z } from "zod";
import { day, reason } from "../decision-fields.js";

/** Where the deployed versions' queries are read from, and what a release may do to them. */
export const workloadConfigSchema = z.strictObject({
  saved: z
    .array(z.string())
    .default([])
    .describe("files that `schema-gate workload save` wrote, relative to this config"),
  sql: z.array(z.string()).default([]).describe("SQL files, or folders of them"),
  code: z.array(z.string()).default([]).describe("folders of the application's code as it is now"),
  versions: z
    .array(z.string().min(1))
    .default([])
    .describe("tags, branches or commits of the repository around this config that are deployed, or will be"),
  logs: z.array(z.string()).default([]).describe("logs of PostgreSQL: csvlog, jsonlog or stderr"),
  statistics: z.boolean().default(true).describe("pg_stat_statements of every tenant"),
  role: z
    .string()
    .min(1)
    .optional()
    .describe("the application's role, where a source does not name one; default: the gate's own"),
  required: z.boolean().default(false).describe("what was not examined blocks"),
  retyped: z
    .enum(["error", "warning", "note"])
    .default("warning")
    .describe("other result columns; error where the driver keeps prepared statements over a release"),
  slower: z.enum(["error", "warning", "note"]).default("warning").describe("a plan that is estimated to cost more"),
  costFactor: z.number().min(1).default(5).describe("how much more a plan may cost"),
  largeTable: z.int().min(1).default(10_000).describe("report a lost index scan on tables of at least this many rows"),
  accept: z
    .array(
      z.strictObject({
        query: z
          .string()
          .regex(/^[0-9a-f]{16}$/, "expected the name of a query, as `schema-gate workload show` prints it"),
        reason,
        expires: day,
      }),
    )
    .default([])
    .describe("queries that may break, by name"),
});
