import { z } from "zod";
import { findingSchema } from "../../core/evidence/finding-schema.js";
import { waitingContracts } from "./run.js";

const difference = z.strictObject({
  change: z.enum(["missing", "unexpected", "changed"]),
  kind: z.string(),
  id: z.strictObject({
    schema: z.string().exactOptional(),
    table: z.string().exactOptional(),
    name: z.string(),
    signature: z.string().exactOptional(),
  }),
  subject: z.string().meta({ description: "As a person would write it: app.users.quota_limit" }),
  attribute: z.string().exactOptional(),
  actual: z.json(),
  declared: z.json(),
  severity: z.enum(["note", "warning", "error"]),
  message: z.string(),
  repair: z.string().nullable().meta({ description: "SQL that makes the actual what is declared." }),
  releaseDepends: z.boolean(),
});

/** What `diff --json` prints. */
export const diffOutput = z
  .strictObject({
    equal: z.boolean(),
    differences: z.array(difference),
    columnOrder: z.array(
      z.strictObject({
        schema: z.string(),
        table: z.string(),
        actual: z.array(z.string()),
        declared: z.array(z.string()),
      }),
    ),
    versionOwn: z.array(difference).meta({ description: "Differences caused by the servers' versions." }),
    fingerprints: z.strictObject({ declared: z.string(), actual: z.string() }),
    repairs: z.array(z.string()).meta({ description: "The repairs in an order in which they run." }),
  })
  .meta({ id: "diff", title: "schema-gate diff --json" });

const statistics = z.strictObject({
  serverVersion: z.int(),
  versionText: z.string(),
  sizeBytes: z.number().nullable(),
  rows: z.number(),
  activeConnections: z.int(),
  connections: z.int(),
  activity: z.strictObject({ transactions: z.number(), at: z.number(), server: z.string() }),
  encoding: z.string(),
  collation: z.string(),
  tables: z.array(
    z.strictObject({
      schema: z.string(),
      name: z.string(),
      rows: z.number().nullable(),
      sizeBytes: z.number(),
      indexBytes: z.number(),
      sequentialScans: z.number(),
      indexScans: z.number(),
    }),
  ),
  invalidIndexes: z.array(z.string()),
  unvalidatedConstraints: z.array(z.string()),
});

/** What `inspect --json` prints. */
export const inspectOutput = z
  .strictObject({
    comparedWith: z.enum(["declared", "majority"]),
    clusters: z.array(
      z.strictObject({
        id: z.string(),
        fingerprint: z.string(),
        tenants: z.array(z.string()),
        majority: z.boolean(),
        differences: z.array(difference),
      }),
    ),
    tenants: z.array(
      z.strictObject({
        tenant: z.string(),
        cluster: z.string().nullable().meta({ description: "Null when the tenant could not be read." }),
        unchanged: z.boolean(),
        statistics: statistics.nullable(),
      }),
    ),
    unseen: z.array(z.string()),
    findings: z.array(findingSchema),
    contracts: waitingContracts,
  })
  .meta({ id: "inspect", title: "schema-gate inspect --json" });
