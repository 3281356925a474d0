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
            wayBack: z.enum(["exact", "lossy", "impossible"]).nullable(),
          }),
        ),
      }),
    ),
  })
  .meta({ id: "outlook", title: "schema-gate run --dry-run --json, and of resume and rollback" });
