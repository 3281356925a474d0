import { z } from "zod";

/** What `kept list --json` and `kept purge --json` print. */
export const keptOutput = z
  .strictObject({
    action: z.enum(["list", "purge"]),
    tenants: z.array(
      z.strictObject({
        tenant: z.string(),
        copies: z.array(
          z.strictObject({
            copy: z.string(),
            source: z.string(),
            file: z.string(),
            keptAt: z.string(),
            rows: z.number(),
            bytes: z.number(),
          }),
        ),
      }),
    ),
  })
  .meta({ id: "kept", title: "schema-gate kept --json" });
