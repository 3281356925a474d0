import { z } from "zod";
import { findingSchema } from "../../core/evidence/finding-schema.js";

/** What `queries --json` prints. */
export const queriesOutput = z
  .strictObject({
    passed: z.boolean().meta({ description: "False when a finding is an error." }),
    server: z.string(),
    release: z.array(z.string()).meta({ description: "Versions of the migrations that were run on the clone." }),
    examined: z.int().meta({ description: "Queries described before and after the release." }),
    matrix: z.array(
      z.strictObject({
        version: z.string().nullable().meta({ description: "Of the application; null: what runs now." }),
        queries: z.int(),
        breaks: z.int(),
        callsPerHour: z.number().nullable().meta({ description: "Of the queries that break." }),
        needs: z.int().meta({ description: "Queries that work only after the release." }),
        retyped: z.int(),
        slower: z.int(),
      }),
    ),
    advice: z
      .string()
      .meta({ description: "Whether the release may be rolled out in waves while these versions run." }),
    findings: z.array(findingSchema),
    remarks: z.array(z.string()),
    ms: z.number(),
  })
  .meta({ id: "queries", title: "schema-gate queries --json" });
