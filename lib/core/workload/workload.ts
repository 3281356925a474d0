import { z } from "zod";

/** Why a text is not examined by the gate. Closed: a code decides, and each has its sentence in `REASONS`. */
const UNEXAMINED = [
  "utility",
  "truncated",
  "not-sql",
  "several-statements",
  "temporary-table",
  "other-database",
  "system-catalog",
  "built-at-run-time",
  "query-builder",
  "hidden",
  "unreadable",
  "beyond-limit",
] as const;
export type UnexaminedReason = (typeof UNEXAMINED)[number];

export const REASONS: Readonly<Record<UnexaminedReason, string>> = {
  utility: "is not a SELECT, INSERT, UPDATE, DELETE or MERGE",
  truncated: "ends before its end: its source has cut it off",
  "not-sql": "is not SQL that PostgreSQL can parse",
  "several-statements": "holds several statements, which no client can prepare",
  "temporary-table": "uses a temporary table, which is there in its own session alone",
  "other-database": "belongs to another database",
  "system-catalog": "reads the system's catalogs alone",
  "built-at-run-time": "is put together at run time",
  "query-builder": "has queries that diesel or SeaORM put together, whose text the code does not have",
  hidden: "is hidden from the gate's role, which lacks pg_read_all_stats",
  unreadable: "lies where it cannot be read",
  "beyond-limit": "came after the first 100,000 queries",
};

const source = z.strictObject({
  kind: z.enum(["sql", "sqlx", "rust", "pg_stat_statements", "log"]),
  place: z.string().meta({ description: "File and line, tenant, or log file." }),
});
export type QuerySource = z.infer<typeof source>;

const query = z.strictObject({
  id: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .meta({ description: "The same for texts that differ in their values, their layout and their comments alone." }),
  text: z.string().meta({ description: "One statement with $1, $2 … in place of every value." }),
  role: z.string().nullable().meta({ description: "Who runs it; null when the source does not say." }),
  versions: z
    .array(z.string())
    .meta({ description: "Versions of the application that send it; empty: what runs now." }),
  calls: z.number().nullable().meta({ description: "Over all tenants; null when the source does not count." }),
  callsPerHour: z.number().nullable(),
  meanMs: z.number().nullable(),
  rows: z.number().nullable().meta({ description: "Rows returned or changed by all calls." }),
  parameters: z
    .array(z.string())
    .nullable()
    .meta({ description: "Types that the client declares; null: the server's." }),
  sources: z.array(source),
});
export type WorkloadQuery = z.infer<typeof query>;

const unexamined = z.strictObject({
  reason: z.enum(UNEXAMINED),
  count: z.int().min(1),
  calls: z.number().nullable(),
  places: z.array(z.string()).meta({ description: "The first of them." }),
});
export type Unexamined = z.infer<typeof unexamined>;

/** Queries that an application sends, without any values. */
export const workloadSchema = z
  .strictObject({
    $schema: z.string().optional(),
    format: z.literal(1),
    versions: z.array(z.string()).meta({ description: "Versions that were read, whether or not they send a query." }),
    queries: z.array(query),
    unexamined: z.array(unexamined).meta({ description: "What was found and is not among the queries." }),
    remarks: z
      .array(z.string())
      .meta({ description: "What makes the workload incomplete, such as a reset of the counters." }),
  })
  .meta({ id: "workload", title: "Workload of schema-gate" });
export type Workload = z.infer<typeof workloadSchema>;

/** What a reader found: a query, or why a text is not one. */
export type Found = FoundQuery | FoundOther;

interface FoundQuery {
  readonly query: WorkloadQuery;
  /** Names of relations written without a schema. */
  readonly relations: readonly string[];
}

export interface FoundOther {
  readonly reason: UnexaminedReason;
  readonly place: string;
  readonly calls: number | null;
  /** Temporary tables that the statement creates. */
  readonly temporary?: readonly string[];
}

export const EMPTY_WORKLOAD: Workload = { format: 1, versions: [], queries: [], unexamined: [], remarks: [] };
