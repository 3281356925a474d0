import { z } from "zod";

const change = z.strictObject({
  code: z.enum(["changed", "invalid-index", "new", "gone", "unreachable", "reachable", "behind", "ledger"]),
  tenants: z.array(z.string()),
  since: z
    .string()
    .nullable()
    .meta({ description: "When the tenants were last seen as they were before, ISO 8601; null when they were not." }),
  details: z.array(z.string()),
});

/** What `watch --json` prints for each pass, one line each with --every. */
export const watchOutput = z
  .strictObject({
    at: z.string().meta({ description: "ISO 8601." }),
    first: z.boolean().meta({ description: "There was no look before that this one could be compared with." }),
    tenants: z.int(),
    exempt: z.array(z.string()),
    changes: z.array(change),
  })
  .meta({ id: "watch", title: "schema-gate watch --json" });
export type WatchOutput = Readonly<z.infer<typeof watchOutput>>;
