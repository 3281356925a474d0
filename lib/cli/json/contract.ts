import { z } from "zod";
import { findingSchema } from "../../core/evidence/finding-schema.js";

const source = findingSchema.shape.source.unwrap();
const name = z.strictObject({ schema: z.string().nullable(), name: z.string() });
const common = {
  when: z.enum(["before", "after", "both"]),
  source,
  present: z.boolean(),
  stated: z.literal(true).exactOptional(),
};

const column = z.strictObject({
  kind: z.literal("column"),
  table: name,
  column: z.string(),
  type: z.string().nullable(),
  nullable: z.boolean().nullable(),
  default: z.string().nullable().exactOptional(),
  ...common,
});

const requirement = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("table"), table: name, ...common }),
  column,
  z.strictObject({
    kind: z.literal("index"),
    name: z.string(),
    on: z.array(z.strictObject({ table: name, keys: z.array(z.string()).nullable() })),
    unique: z.boolean().nullable(),
    ...common,
  }),
  z.strictObject({
    kind: z.literal("foreign key"),
    name: z.string().nullable(),
    table: name,
    columns: z.array(z.string()),
    references: name,
    referencedColumns: z.array(z.string()),
    ...common,
  }),
  z.strictObject({
    kind: z.literal("constraint"),
    name: z.string().nullable(),
    table: name,
    type: z.enum(["primary key", "unique", "check", "exclusion"]),
    columns: z.array(z.string()),
    ...common,
  }),
]);

const script = z.strictObject({
  file: z.string(),
  language: z.enum(["sql", "rust"]),
  transaction: z.enum(["single", "none"]),
  isolation: z.enum(["read committed", "repeatable read", "serializable"]),
  statements: z.array(z.strictObject({ sql: z.string(), source })),
});

/** One folder of what `contract --json` prints. */
const folder = z.strictObject({
  path: z.string(),
  release: z.string(),
  convention: z.string(),
  alternatives: z.array(z.string()),
  detection: z.array(z.string()).describe("why it was read as that convention; empty where the convention was given"),
  counts: z.strictObject({ columns: z.int(), indexes: z.int(), foreignKeys: z.int() }),
  contract: z.strictObject({
    requirements: z.array(requirement),
    checks: z.array(
      z.strictObject({ check: z.enum(["schema-divergence", "index-cardinality"]), subject: z.string(), source }),
    ),
    application: z.array(column).exactOptional().describe("columns that the application's own code reads and writes"),
  }),
  migrations: z.array(z.strictObject({ version: z.string(), name: z.string(), up: script, down: script.nullable() })),
  coverage: z.strictObject({
    understood: z.int(),
    pieces: z.array(
      z.strictObject({
        status: z.enum(["opaque", "ignored"]),
        reason: z.string(),
        text: z.string(),
        hash: z.string(),
        source,
      }),
    ),
  }),
  findings: z.array(findingSchema),
});

/** What `contract --json` prints: an object for one path, a list for several. */
export const contractOutput = z
  .union([folder, z.array(folder)])
  .meta({ id: "contract", title: "schema-gate contract --json" });
