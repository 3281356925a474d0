import { z } from "zod";

/** What `adopt --json` prints. */
export const adoptOutput = z
  .strictObject({
    dry: z.boolean().meta({ description: "Nothing was recorded, since --yes was not given." }),
    release: z.string(),
    convention: z.string().meta({ description: "Whose ledger it is." }),
    migrations: z.array(z.string()).meta({ description: "Versions that the tenants are said to have, in order." }),
    unseen: z.array(z.string()).meta({ description: "Those of them that write rows, which no schema shows." }),
    trail: z.string().nullable().meta({ description: "Folder of the audit trail; null when nothing was recorded." }),
    tenants: z.array(
      z.strictObject({
        tenant: z.string(),
        outcome: z.enum(["same", "adopted", "recorded", "differs", "refused", "unknown"]).meta({
          description:
            "same: it could be adopted. recorded: its ledger says so already. differs, refused, unknown: nothing was changed in it.",
        }),
        differences: z.array(z.string()).meta({ description: "From the schema that the migrations lead to." }),
        reason: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: "adopt", title: "schema-gate adopt --json" });

export type AdoptOutput = z.infer<typeof adoptOutput>;
