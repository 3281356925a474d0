import { z } from "zod";

/** What `provision --json` prints. */
export const provisionOutput = z
  .strictObject({
    tenant: z.string(),
    host: z.string(),
    database: z.string(),
    schema: z.string().nullable(),
    outcome: z.enum(["provisioned", "differs"]).meta({ description: "differs: nothing was left behind." }),
    migrations: z.array(z.string()).meta({ description: "Versions that it has, in order." }),
    pending: z.array(z.string()).meta({ description: "Versions that the fleet lacks, and so this tenant too." }),
    like: z.array(z.string()).meta({ description: "Tenants whose ledgers said which migrations the fleet has." }),
    leftOut: z
      .array(z.string())
      .meta({ description: "Statements of the history that are executed nowhere; none of a copy." }),
    fingerprint: z.string().meta({ description: "Of its schema, which is the declared one." }),
    template: z.enum(["none", "copied", "kept", "in use", "not kept"]).meta({
      description:
        "copied: it was copied from the template. kept: the template was made of it. in use: somebody is connected to the template.",
    }),
    differences: z.array(z.string()).meta({ description: "From the declared schema." }),
    ms: z.number(),
  })
  .meta({ id: "provision", title: "schema-gate provision --json" });

export type ProvisionOutput = z.infer<typeof provisionOutput>;
