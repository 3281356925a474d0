import { z } from "zod";
import { isDay } from "./waivers.js";

const day = z.string().refine(isDay, "is not a day such as 2026-12-31");

/** The `lint` section of the config. */
export const lintConfigSchema = z.strictObject({
  /** Findings that are let pass, each with a reason and a last day. */
  waivers: z
    .array(
      z.strictObject({
        rule: z.string(),
        reason: z.string().min(3),
        until: day,
        subject: z.string().optional(),
        file: z.string().optional(),
      }),
    )
    .default([]),
  /** Modules with rules of one's own, relative to the config. */
  rules: z.array(z.string()).default([]),
  /** Whether the program that runs bare files wraps each in a transaction; known for the frameworks that are detected. */
  transaction: z.enum(["single", "none"]).optional(),
  /** The program that runs the files, or the role that it runs as, sets lock_timeout. */
  lockTimeoutSet: z.boolean().default(false),
  /** Oldest and newest major version that the files must run on. */
  postgres: z.strictObject({ from: z.int().min(13).max(18), to: z.int().min(13).max(18) }).optional(),
  /** Tenants are schemas of one database. */
  schemaPerTenant: z.boolean().default(false),
});

export type LintConfig = z.infer<typeof lintConfigSchema>;
export const NO_LINT_CONFIG: LintConfig = lintConfigSchema.parse({});
