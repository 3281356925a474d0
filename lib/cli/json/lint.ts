import { z } from "zod";
import { findingSchema } from "../../core/evidence/finding-schema.js";

/** What `lint --json` prints. */
export const lintOutput = z
  .strictObject({
    findings: z.array(
      findingSchema.extend({
        fixable: z.boolean().meta({ description: "True when --fix can rewrite the statement." }),
      }),
    ),
  })
  .meta({ id: "lint", title: "schema-gate lint --json" });

/** What `rules --json` prints. */
export const rulesOutput = z
  .array(
    z.strictObject({
      id: z.string(),
      slug: z.string(),
      title: z.string(),
      condition: z.string(),
      effect: z.string(),
      workaround: z.string(),
      lock: z.string().nullable(),
      work: z.enum(["none", "scan", "build", "rewrite", "delete"]),
      versions: z.strictObject({
        from: z.int(),
        to: z.int().nullable().meta({ description: "Null: every later one." }),
      }),
      severity: z.enum(["note", "warning", "error"]),
      sized: z.boolean(),
      refuses: z.literal(true).exactOptional().describe("it says that the server refuses a statement"),
      nodes: z.array(z.string()).meta({ description: "Kinds of statement it looks at; empty for every kind." }),
    }),
  )
  .meta({ id: "rules", title: "schema-gate rules --json" });
