import { z } from "zod";
import { LOCK_MODES } from "../../core/postgres/lock-modes.js";
import { REWRITE_REFUSALS } from "../../core/rewrite/refusal.js";

const hold = {
  strongest: z.enum(LOCK_MODES).nullable().meta({ description: "On a table that stood before; null for none." }),
  watched: z
    .boolean()
    .meta({ description: "False where a statement ran outside a transaction: its locks were not seen." }),
  writersMs: z.number().meta({ description: "How long writers of one table waited at most." }),
  readersMs: z.number(),
};

const statementPlace = z.strictObject({ file: z.string(), line: z.int(), column: z.int() });

/** What `rewrite --json` prints. */
export const rewriteOutput = z
  .strictObject({
    server: z.string(),
    convention: z.string(),
    written: z.boolean().meta({ description: "Whether the files were written." }),
    migrations: z.array(
      z.strictObject({
        id: z.string(),
        file: z.string(),
        outcome: z.enum(["unchanged", "rewritten", "refused"]),
        condition: z
          .string()
          .nullable()
          .meta({ description: "Of a migration that is a contract step already: when it may run." }),
        refusal: z
          .strictObject({
            code: z.enum(REWRITE_REFUSALS),
            reason: z.string(),
            source: statementPlace.nullable(),
          })
          .nullable(),
        rewritten: z.array(z.strictObject({ kind: z.string(), title: z.string(), sql: z.string() })),
        whole: z.array(z.strictObject({ sql: z.string(), reason: z.string() })).meta({
          description: "Statements that have a step for themselves but are not cut into batches, and why.",
        }),
        before: z
          .strictObject({ ...hold, ms: z.number() })
          .nullable()
          .meta({ description: "The original, measured." }),
        steps: z.array(
          z.strictObject({
            phase: z.enum(["expand", "backfill", "switch", "contract"]),
            statements: z.array(z.string()),
            transaction: z.enum(["single", "none"]),
            backfill: z.string().nullable(),
            condition: z.string().nullable(),
            hold: z.strictObject(hold),
            ms: z.number(),
            down: z.strictObject({
              verdict: z.enum(["exact", "order", "differs", "error", "none"]),
              statements: z.array(z.string()).nullable(),
            }),
            files: z.array(z.strictObject({ path: z.string(), text: z.string() })),
          }),
        ),
        oneByOne: z
          .string()
          .nullable()
          .meta({ description: "Why the original was compared statement by statement: it fails as it is written." }),
        otherOrder: z.boolean().meta({ description: "Columns are in another order at the end." }),
        undetermined: z.array(z.string()).meta({
          description:
            "Columns whose values differ between two runs of the original, so that only their presence was compared.",
        }),
        numbered: z.array(z.string()).meta({
          description:
            "Columns that a sequence numbers: that each row has a number of its own was compared, not which.",
        }),
        written: z
          .strictObject({
            queries: z.int().meta({ description: "Queries of the workload that write a table here." }),
            writes: z.int().meta({ description: "How often they ran, over all pauses between steps." }),
            refused: z.int().meta({ description: "How many of these the schema of the moment refused." }),
            uncompared: z
              .string()
              .nullable()
              .meta({ description: "Why that was not compared: with these rows the original does not run either." }),
          })
          .nullable()
          .meta({
            description: "What the application wrote between the steps; null without a workload that writes here.",
          }),
        unwritten: z
          .strictObject({ code: z.enum(REWRITE_REFUSALS), reason: z.string() })
          .nullable()
          .meta({ description: "Why the steps cannot be written as files." }),
      }),
    ),
  })
  .meta({ id: "rewrite", title: "schema-gate rewrite --json" });
