import { z } from "zod";

/** `Finding` (lib/core/finding.ts) as data from outside. */
export const findingSchema = z
  .strictObject({
    code: z.string(),
    gate: z.enum([
      "load",
      "introspect",
      "diverge",
      "probe",
      "lint",
      "rollback",
      "dry-run",
      "queries",
      "score",
      "approve",
      "rollout",
      "report",
    ]),
    severity: z.enum(["note", "warning", "error"]),
    subject: z.strictObject({ kind: z.string(), name: z.string() }),
    message: z.string(),
    remedy: z
      .strictObject({ text: z.string(), sql: z.string().exactOptional(), command: z.string().exactOptional() })
      .exactOptional(),
    tenants: z.array(z.string()).exactOptional(),
    source: z
      .strictObject({
        file: z.string(),
        line: z.int().positive(),
        column: z.int().positive(),
        endLine: z.int().positive().exactOptional(),
        endColumn: z.int().positive().exactOptional(),
      })
      .exactOptional(),
    unknown: z.boolean().exactOptional(),
  })
  .meta({ id: "finding", title: "What a gate has to say" });
