import { z } from "zod";
import { LOCK_MODES } from "../postgres/lock-modes.js";
import { milliseconds } from "./common.js";

const hold = z.strictObject({
  strongest: z.enum(LOCK_MODES).nullable().meta({ description: "On a table that existed before; null for none." }),
  watched: z
    .boolean()
    .meta({ description: "False if a statement ran outside a transaction: its locks were not seen." }),
  writersMs: milliseconds.meta({ description: "The longest that writers of one table would have waited." }),
  readersMs: milliseconds,
  ms: milliseconds.meta({ description: "How long the statements took." }),
});

/** A migration whose hazard blocks, beside the steps that were proved to lead to the same schema and rows. */
export const rewriteEvidence = z.strictObject({
  migration: z.string(),
  file: z.string(),
  how: z.array(z.string()).meta({ description: "What is done in place of the hazardous statements." }),
  original: hold,
  steps: z.array(
    z.strictObject({
      phase: z.enum(["expand", "backfill", "switch", "contract"]),
      statements: z.array(z.string()),
      condition: z.string().nullable().meta({ description: "When a contract step may run." }),
      hold,
      back: z.boolean().meta({ description: "Whether its rollback was proved." }),
    }),
  ),
});

export type RewriteEvidence = z.infer<typeof rewriteEvidence>;
