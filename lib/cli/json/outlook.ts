import { z } from "zod";

/** What `run`, `resume` and `rollback` print with --dry-run --json. */
export const outlookOutput = z
  .strictObject({
    run: z.string(),
    waves: z.array(
      z.strictObject({
        name: z.string(),
        tenants: z.array(
          z.strictObject({
            tenant: z.string(),
            action: z.enum(["migrate", "go on", "finished", "roll back"]),
            migrations: z.array(z.string()).meta({ description: "In the order of their turn." }),
            wayBack: z.enum(["exact", "lossy", "impossible"]).nullable().meta({
              description: "exact: it can lose nothing, whatever was written since. lossy: it keeps rows aside.",
            }),
            putAside: z
              .strictObject({
                tables: z.array(
                  z.strictObject({
                    table: z.string(),
                    columns: z
                      .array(z.string())
                      .nullable()
                      .meta({ description: "Null: whole rows of a table that goes." }),
                    rows: z.int(),
                    bytes: z.int(),
                  }),
                ),
                tooLarge: z
                  .strictObject({ version: z.string(), bytes: z.int(), limit: z.int() })
                  .nullable()
                  .meta({ description: "The first migration whose copies would be above rollback.keepLimit." }),
                stoppedBy: z
                  .array(
                    z.strictObject({
                      version: z.string(),
                      meaning: z.string(),
                      rows: z.int().nullable().meta({ description: "Null if they could not be counted." }),
                      reason: z.string().nullable().meta({ description: "Why they could not be counted." }),
                    }),
                  )
                  .meta({ description: "Rows that contradict what the rollback makes again: it would stop at them." }),
                unknown: z.string().nullable().meta({ description: "Why it could not be counted." }),
              })
              .exactOptional()
              .meta({ description: "Of a rollback: what was written since and would be kept aside." }),
          }),
        ),
      }),
    ),
  })
  .meta({ id: "outlook", title: "schema-gate run --dry-run --json, and of resume and rollback" });
