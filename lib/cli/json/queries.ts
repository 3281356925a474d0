import { z } from "zod";
import { findingSchema } from "../../core/evidence/finding-schema.js";
import { versionRow, waveAdviceSchema } from "../../core/evidence/query-evidence.js";

/** What `queries --json` prints. */
export const queriesOutput = z
  .strictObject({
    passed: z.boolean().meta({ description: "False when a finding is an error." }),
    server: z.string(),
    release: z.array(z.string()).meta({ description: "Versions of the migrations that were run on the clone." }),
    examined: z.int().meta({ description: "Queries described before and after the release." }),
    matrix: z.array(versionRow),
    advice: waveAdviceSchema,
    findings: z.array(findingSchema),
    remarks: z.array(z.string()),
    ms: z.number(),
  })
  .meta({ id: "queries", title: "schema-gate queries --json" });
