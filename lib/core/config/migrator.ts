import { z } from "zod";
import { parseDuration } from "./duration.js";

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** A team's own program instead of migrations that can be read. */
export const migratorSchema = z.strictObject({
  command: z
    .array(z.string().min(1))
    .min(1)
    .describe("program and arguments, relative to this config; it migrates the database in DATABASE_URL"),
  files: z
    .array(z.string().min(1))
    .default([])
    .describe("what else it executes, files and folders relative to this config: sealed with it when the run begins"),
  version: z.string().min(1).optional().describe("what the ledger calls it; default: from the program's checksum"),
  timeout: z
    .string()
    .refine((text) => parseDuration(text) !== null, "expected a duration such as 500ms, 2s, 10min, 24h or 7d")
    .default("15min")
    .describe("how long it may take in one tenant"),
  environment: z
    .record(z.string().regex(NAME, "expected the name of an environment variable"), z.string())
    .default({})
    .refine((values) => !("DATABASE_URL" in values), "DATABASE_URL is set for each tenant")
    .describe("more of its environment; env:NAME and file:PATH name secrets, which are removed from what it prints"),
});
