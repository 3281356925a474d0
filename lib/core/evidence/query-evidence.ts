import { z } from "zod";
import { count } from "./common.js";

/** One version of the application under a release. */
export const versionRow = z.strictObject({
  version: z.string().nullable().meta({ description: "Of the application; null: what runs now." }),
  queries: count,
  breaks: count.meta({ description: "Queries that fail, or whose rows are refused, after the release alone." }),
  callsPerHour: z.number().nullable().meta({ description: "Of the queries that break." }),
  needs: count.meta({ description: "Queries that work only after the release." }),
  retyped: count,
  slower: count,
});

export const waveAdviceSchema = z
  .strictObject({
    waves: z.enum(["yes", "no", "unknown"]),
    first: z.enum(["code", "schema", "either", "neither", "unknown"]),
    text: z.string(),
  })
  .meta({
    description: "Whether the release may be rolled out in waves while these versions run, and what goes first.",
  });

/** What the release means for each version of the application in one cluster. */
export const queryEvidence = z.strictObject({
  cluster: z.string(),
  rows: z.array(versionRow),
  advice: waveAdviceSchema,
});
export type QueryEvidence = z.infer<typeof queryEvidence>;
