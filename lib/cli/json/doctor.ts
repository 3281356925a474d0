import { z } from "zod";

/** What `doctor --json` prints. */
export const doctorOutput = z
  .strictObject({
    healthy: z.boolean().meta({ description: "False when a check says error." }),
    config: z.string().nullable().meta({ description: "Path of the config; null when there is none." }),
    checks: z.array(
      z.strictObject({
        name: z.string(),
        status: z.enum(["ok", "warning", "error"]),
        message: z.string(),
        cost: z.string().nullable(),
        remedy: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: "doctor", title: "schema-gate doctor --json" });
