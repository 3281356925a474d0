import { z } from "zod";
import { day, reason } from "../decision-fields.js";
import { lintConfigSchema } from "../lint/lint-config.js";
import { thresholdsSchema } from "../risk/thresholds.js";
import { ACCEPTABLE_LOSSES } from "../rollback/loss-acceptance.js";
import { exemptionsSchema } from "../rollout/exemptions.js";
import { parseSize } from "../size.js";
import { channelsShape } from "./channels.js";
import { parseDuration } from "./duration.js";
import { duration } from "./duration-schema.js";
import { metricsSchema } from "./metrics-config.js";
import { migratorSchema } from "./migrator.js";
import { personSchema } from "./person-schema.js";
import { rolloutSchema } from "./rollout-config.js";
import { secretReference as secret } from "./secret-reference.js";
import { webhooksSchema } from "./webhook-config.js";
import { workloadConfigSchema } from "./workload-config.js";

const registry = z
  .strictObject({
    file: z.string().optional().describe("CSV, JSON or YAML file that lists the tenants, relative to this config"),
    query: z
      .strictObject({
        url: secret.describe("URL of the control-plane database"),
        sql: z
          .string()
          .describe("returns the columns id, url or database, and optionally group, schema, replica, subscriber"),
      })
      .optional(),
    shared: z
      .array(z.string().min(1))
      .optional()
      .describe(
        "schemas that tenants of one database share, where tenants are schemas: behind the tenant's own in its search_path, and read-only; default: public",
      ),
  })
  .refine((value) => (value.file === undefined) !== (value.query === undefined), "give either `file` or `query`");

const rollback = z
  .strictObject({
    keepLimit: z
      .string()
      .refine((text) => parseSize(text) !== null, "expected a size such as 512MB, 1GB or 0")
      .default("1GB")
      .describe("what one migration may keep aside in one tenant so that it can be undone"),
    accept: z
      .array(
        z.strictObject({
          code: z.enum(ACCEPTABLE_LOSSES),
          migration: z.string().describe("version of the migration"),
          reason,
          expires: day,
        }),
      )
      .default([])
      .describe("migrations that may run although they cannot be taken back"),
  })
  .prefault({});

const size = (text: string) => parseSize(text) !== null;

const probes = z
  .strictObject({
    existing: z
      .boolean()
      .default(false)
      .describe("also asks every tenant for rows that contradict constraints which are there already"),
    freeSpace: z
      .record(z.string(), z.string().refine(size, "expected a size such as 512MB, 1GB or 0"))
      .default({})
      .describe("what is free on the disk of a host, by host:port as the registry has it; * for all others"),
    assumedFree: z
      .string()
      .refine(size, "expected a size such as 512MB, 1GB or 0")
      .default("1GB")
      .describe("what is taken to be free where freeSpace does not say; rewrites that need more are unknown"),
  })
  .prefault({});

const dryRun = z
  .strictObject({
    growthLimit: z
      .string()
      .refine(size, "expected a size such as 512MB, 1GB or 0")
      .default("20GB")
      .describe("by how much a clone may grow before the migration is stopped"),
    largeScan: z
      .int()
      .min(1)
      .default(100_000)
      .describe("rows from which on a sequential scan on the clone is reported"),
  })
  .prefault({});

const rehearsals = z
  .strictObject({
    largest: z
      .string()
      .refine(size, "expected a size such as 512MB, 1GB or 0")
      .default("2GB")
      .describe("size of a tenant up to which it is cloned when no probe can foretell what its rows do; 0 clones none"),
    timeout: duration("5min").describe("how long the release may take on the clone of one tenant"),
    perHost: z.int().min(1).max(16).default(2).describe("clones at a time on one host"),
  })
  .prefault({});

const approval = z
  .strictObject({
    approvers: z.array(personSchema).default([]).describe("who may approve; the requester never may"),
    quorum: z.int().min(1).default(2).describe("approvals needed when the score is above thresholds.quorum"),
    expires: duration("24h"),
    validFor: duration("3d").describe("how old an approval may be when a rollout begins or is resumed"),
    port: z.int().min(0).max(65_535).default(0).describe("port of the review page on 127.0.0.1; 0 picks a free one"),
    ...channelsShape,
  })
  .refine((value) => value.origin !== undefined || (value.slack === undefined && value.email === undefined), {
    error: "slack and email need `origin`: a link to 127.0.0.1 opens nothing on an approver's machine",
  })
  .prefault({});

/** Everything a user can configure. Unknown keys are refused, so that a misspelt safety setting is never ignored. */
export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  migrations: z.string().describe("folder of the migrations, relative to this config"),
  convention: z.string().default("auto").describe("file-naming convention; auto detects it"),
  squashed: z
    .array(z.strictObject({ into: z.string().min(1), from: z.string().min(1) }))
    .default([])
    .describe(
      "migrations that stand for a history which is no longer in the folder: a tenant that has version `from` has `into`",
    ),
  notMigrations: z
    .array(z.strictObject({ files: z.string().min(1), reason }))
    .default([])
    .describe(
      "files of the folder that are no migrations, such as seeds and callbacks: a path relative to it, * within a name, ** over folders",
    ),
  forwardMigrations: z
    .array(z.strictObject({ files: z.string().min(1), reason }))
    .default([])
    .describe("migrations that look like down migrations and are meant to run; paths as in notMigrations"),
  application: z
    .array(z.string())
    .optional()
    .describe("folders of the application's Rust code, relative to this config; default: looked for; []: not read"),
  migrator: migratorSchema.optional(),
  registry,
  connection: z
    .strictObject({
      user: z.string().optional(),
      role: z
        .string()
        .min(1)
        .optional()
        .describe(
          "the role that owns the tenants' objects; the login is a member of it, and what changes or clones runs as it; a registry's `role` comes first",
        ),
      password: secret.optional().describe("for URLs without one; sent to `hosts` and to the loopback interface alone"),
      hosts: z
        .array(z.string().min(1))
        .default([])
        .describe("servers that may get `password`: db.example.com, db.example.com:5433 or *.example.com"),
      tls: z.boolean().optional().describe("verified TLS; default: on, but off on the loopback interface"),
      superuser: z
        .string()
        .trim()
        .min(10)
        .optional()
        .describe(
          "why releases, and code of tenants, may run as a superuser; without it nothing but plain statements does",
        ),
      iam: z
        .boolean()
        .default(false)
        .describe("on AWS: sign in with an RDS IAM token in place of a password, always over TLS"),
    })
    .prefault({}),
  extensions: z
    .array(z.strictObject({ name: z.string().min(1), reason }))
    .default([])
    .describe(
      "extensions that a superuser may make in releases besides those that PostgreSQL trusts; on clones the login makes them before the migration",
    ),
  connectionsPerHost: z.int().min(1).max(64).default(4).describe("the connection budget of each host"),
  staging: z
    .strictObject({
      mode: z
        .enum(["same host", "server", "snapshot"])
        .describe(
          "where clones and scratch databases are made; snapshot: on copies that the run makes at RDS, on AWS only",
        ),
      url: secret.optional().describe("mode server: a server that holds a snapshot of the tenants' databases"),
      sources: z
        .record(
          z.string(),
          z.string().regex(/^(aurora|rds):[A-Za-z][A-Za-z0-9-]*$/, "expected aurora:CLUSTER or rds:INSTANCE"),
        )
        .default({})
        .describe("mode snapshot: what lies behind host:port, where the host is no endpoint of RDS itself"),
      ready: duration("2h").describe("mode snapshot: how long a copy may take until it answers"),
      uncontained: z
        .string()
        .min(10)
        .optional()
        .describe(
          "why the login itself may execute releases on clones, with all its rights, before anybody approves them",
        ),
    })
    .refine((value) => value.mode !== "server" || value.url !== undefined, "mode server needs `url`"),
  timeouts: z.strictObject({ read: duration("30s"), probe: duration("60s"), dryRun: duration("30min") }).prefault({}),
  probeCostLimit: z
    .number()
    .positive()
    .default(50_000_000)
    .describe("planner's cost above which a probe is not begun, and so is unknown; a page read costs 1"),
  probes,
  rehearsals,
  dryRun,
  thresholds: thresholdsSchema.prefault({}),
  exempt: exemptionsSchema,
  approval,
  rollout: rolloutSchema,
  rollback,
  runs: z
    .strictObject({
      group: z
        .string()
        .min(1)
        .optional()
        .describe(
          "group of this machine whose members may see, decide, resume and take back runs; default: the folder is its owner's alone",
        ),
    })
    .prefault({}),
  drift: z
    .strictObject({
      allow: z
        .array(
          z.strictObject({
            tenant: z.string().optional(),
            group: z.string().optional(),
            object: z.string().describe("subject of the difference, such as app.users.nickname; * stands for any text"),
            reason,
            expires: day,
          }),
        )
        .default([]),
    })
    .prefault({}),
  accept: z
    .array(z.strictObject({ hash: z.string().min(8), reason, expires: day }))
    .default([])
    .describe("opaque statements that may run although they were not understood, by hash"),
  plans: z
    .strictObject({
      met: z
        .array(
          z.strictObject({
            migration: z.string().describe("version of the contract step"),
            reason,
            expires: day,
          }),
        )
        .default([])
        .describe("contract steps of `schema-gate rewrite` whose condition holds"),
    })
    .prefault({}),
  lint: lintConfigSchema.prefault({}),
  workload: workloadConfigSchema
    .optional()
    .describe("the application's queries; without this section they are not examined"),
  provision: z
    .strictObject({
      template: z
        .boolean()
        .default(false)
        .describe("keeps a template database on each server, from which new tenants' databases are copied"),
    })
    .prefault({}),
  metrics: metricsSchema.optional().describe("a file of metrics about the newest run"),
  webhooks: webhooksSchema.describe("who is told every event of a run's audit trail"),
  requester: z.string().optional().describe("who asks for the run; default: the user of this machine"),
});

export type Config = z.infer<typeof configSchema>;

/** A duration from a validated config, in milliseconds. */
export function milliseconds(text: string): number {
  const value = parseDuration(text);
  if (value === null) throw new RangeError(`not a duration: ${text}`);
  return value;
}

/** A size from a validated config, in bytes. */
export function bytes(text: string): number {
  const value = parseSize(text);
  if (value === null) throw new RangeError(`not a size: ${text}`);
  return value;
}
