import type { ColumnRequirement, RequestedCheck, Requirement } from "../../contract/contract.js";
import type { IsolationLevel } from "../../migration/release.js";
import type { Library, Machine } from "../evaluate/machine.js";
import { UNIT, type Value } from "../evaluate/value.js";
import { seaOrmLibrary } from "../sea-orm/library.js";
import type { RustNode } from "../syntax/rust-node.js";

/** What the Rust code next to a migration's SQL requests. */
export interface GateCode {
  readonly requirements: Requirement[];
  readonly checks: RequestedCheck[];
  /** The migrations that it runs, by name, or SQL that it contains. */
  readonly runs: {
    readonly name: string;
    readonly isolation: IsolationLevel;
    readonly node: RustNode;
    readonly literal: RustNode | null;
  }[];
}

export function emptyGateCode(): GateCode {
  return { requirements: [], checks: [], runs: [] };
}

type Handler = (code: GateCode, args: readonly Value[], node: RustNode) => boolean;

/** The functions of the safety-gate style, by name. False: the arguments are not constant. */
const FUNCTIONS: Readonly<Record<string, Handler>> = {
  validate_schema_divergence: (code, _args, node) => check(code, "schema-divergence", "", node),
  verify_index_cardinality: (code, args, node) => {
    const [index] = constants(args);
    return index !== undefined && check(code, "index-cardinality", index, node);
  },
  validate_column_compatibility: (code, args, node) => {
    const given = withoutHandle(args);
    const [table, column] = constants(given);
    const type = typeOf(given[2]);
    if (table === undefined || column === undefined || type === null) return false;
    code.requirements.push(columnRequirement(table, column, type, node));
    return true;
  },
  execute_migration_with_rollback: (code, args, node) => {
    const given = withoutHandle(args);
    const [name, level] = given;
    const isolation = level === undefined ? "read committed" : isolationOf(level);
    if (name?.kind !== "text" || isolation === null) return false;
    code.runs.push({ name: name.text, isolation, node, literal: name.literal });
    return true;
  },
};

/** Statements that the code itself sends are read like any other. */
export function gateLibrary(code: GateCode): Library {
  const others = seaOrmLibrary({ identity: false, lastCounts: false });
  return {
    ...others,
    onFunction(machine: Machine, path, args, node) {
      const name = path.at(-1) ?? "";
      const handler = FUNCTIONS[name];
      if (!handler) return others.onFunction(machine, path, args, node);
      if (machine.undecided > 0) return machine.opaque("Whether this is asked for is decided when the code runs", node);
      if (handler(code, args, node)) {
        if (name === "execute_migration_with_rollback") machine.sink.emit({ kind: "sql-file", node });
        return UNIT;
      }
      return machine.opaque(`The arguments of ${path.at(-1)} are not all constant`, node);
    },
  };
}

function check(code: GateCode, name: RequestedCheck["check"], subject: string, node: RustNode): boolean {
  code.checks.push({ check: name, subject, source: node.span });
  return true;
}

function withoutHandle(args: readonly Value[]): readonly Value[] {
  return args.filter((arg) => arg.kind !== "handle");
}

function constants(args: readonly Value[]): readonly string[] {
  return withoutHandle(args).flatMap((arg) => (arg.kind === "text" ? [arg.text] : []));
}

function columnRequirement(table: string, column: string, type: string, node: RustNode): ColumnRequirement {
  const [name = table, schema = null] = table.split(".").reverse();
  return {
    kind: "column",
    when: "both",
    source: node.span,
    table: { schema, name },
    column,
    type,
    nullable: null,
    present: true,
  };
}

/** `ColumnType` by its variants, as `format_type` prints the types. */
const TYPES: Readonly<Record<string, string>> = {
  SmallInt: "smallint",
  Int2: "smallint",
  Int: "integer",
  Integer: "integer",
  Int4: "integer",
  BigInt: "bigint",
  Int8: "bigint",
  Real: "real",
  Float: "real",
  Float4: "real",
  Double: "double precision",
  Float8: "double precision",
  Numeric: "numeric",
  Decimal: "numeric",
  Text: "text",
  Varchar: "character varying",
  VarChar: "character varying",
  String: "character varying",
  Char: "character",
  Bool: "boolean",
  Boolean: "boolean",
  Date: "date",
  Time: "time without time zone",
  Timestamp: "timestamp without time zone",
  TimestampTz: "timestamp with time zone",
  Timestamptz: "timestamp with time zone",
  Interval: "interval",
  Uuid: "uuid",
  Json: "json",
  JsonB: "jsonb",
  Jsonb: "jsonb",
  Bytea: "bytea",
  Binary: "bytea",
  Inet: "inet",
};

function typeOf(value: Value | undefined): string | null {
  if (value?.kind === "path") return TYPES[value.segments.at(-1) ?? ""] ?? null;
  if (value?.kind !== "term" || value.calls.length > 0) return null;
  const variant = value.head.at(-1) ?? "";
  const [first] = value.args;
  if ((variant === "Custom" || variant === "Other") && first?.kind === "text") return first.text;
  if (variant === "Array") {
    const element = typeOf(first);
    return element === null ? null : `${element}[]`;
  }
  const base = TYPES[variant];
  const sizes = value.args.flatMap((arg) => (arg.kind === "number" ? [arg.text] : []));
  return base === undefined || sizes.length !== value.args.length ? null : `${base}(${sizes.join(",")})`;
}

function isolationOf(value: Value): IsolationLevel | null {
  const name = value.kind === "path" ? value.segments.at(-1) : undefined;
  if (name === "Serializable") return "serializable";
  if (name === "RepeatableRead") return "repeatable read";
  return name === "ReadCommitted" || name === "ReadUncommitted" ? "read committed" : null;
}
