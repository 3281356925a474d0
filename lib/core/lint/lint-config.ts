import { z } from "zod";
import { day, reason } from "../decision-fields.js";
import { NEWEST_MAJOR, OLDEST_MAJOR } from "../postgres/majors.js";

const waiver = z.strictObject({
  rule: z.string(),
  reason,
  expires: day.describe("last day on which it holds"),
  subject: z.string().optional().describe("only findings about this object, such as app.users.email"),
  file: z.string().optional().describe("only findings in this file"),
});

/** The `lint` section of the config, read by both `schema-gate lint` and the gate. */
export const lintConfigSchema = z.strictObject({
  waivers: z.array(waiver).default([]).describe("findings that are let pass"),
  rules: z.array(z.string()).default([]).describe("modules with rules of your own, relative to this config"),
  transaction: z
    .enum(["single", "none"])
    .optional()
    .describe("lint only: whether what runs bare files wraps each in a transaction; known of the frameworks"),
  lockTimeoutSet: z.boolean().default(false).describe("lint only: what runs the files sets lock_timeout itself"),
  postgres: z
    .strictObject({
      from: z.int().min(OLDEST_MAJOR).max(NEWEST_MAJOR),
      to: z.int().min(OLDEST_MAJOR).max(NEWEST_MAJOR),
    })
    .refine(({ from, to }) => from <= to, "`from` must not be above `to`")
    .optional()
    .describe("lint only: oldest and newest major version that the files must run on; the gate asks the servers"),
  schemaPerTenant: z
    .boolean()
    .default(false)
    .describe("lint only: tenants are schemas; the gate reads the registry and holds every name against it"),
});

export type LintConfig = z.infer<typeof lintConfigSchema>;
