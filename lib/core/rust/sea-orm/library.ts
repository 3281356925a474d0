import { literal } from "../../sql/quote.js";
import type { Library, Machine } from "../evaluate/machine.js";
import { condition, HANDLE, text, UNIT, unknown, type Value } from "../evaluate/value.js";
import { NotLowered } from "../lowering.js";
import type { RustNode } from "../syntax/rust-node.js";
import { builderOf } from "./builder-name.js";
import type { Dialect } from "./column-types.js";
import { entityCall } from "./entity-query.js";
import { indexesFromEntity, tableFromEntity } from "./entity-table.js";
import { enumVariants } from "./enum-values.js";
import { locoFunction } from "./loco.js";
import { nameOf } from "./names.js";
import { schemaHelper } from "./schema-helpers.js";
import { selectText } from "./select.js";
import { isStatement, sqlCallOf, statementsOf } from "./statements.js";

/** What migration code written for SeaORM, loco or a bare connection does when it calls its libraries. */
export function seaOrmLibrary(dialect: Dialect): Library {
  return {
    onHandle: (machine, method, args, node) => onHandle(machine, method, args, node, dialect),
    onFunction: (machine, path, args, node) => onFunction(machine, path, args, node, dialect),
    onBuilder: (machine, builder, method, args, node) => onBuilder(machine, builder, method, args, node, dialect),
    queryText: selectText,
  };
}

/** Methods that send the statement they are given. */
const SENDS =
  /^(create_table|create_index|create_foreign_key|create_type|alter_table|alter_type|drop_table|drop_index|drop_foreign_key|drop_type|rename_table|truncate_table|exec_stmt|execute|execute_raw|execute_unprepared|batch_execute|simple_query)$/;
/** Methods that read, and return rows that are known only when the code runs. */
const READS = /^(query_one|query_all|query_one_raw|query_all_raw|fetch_one|fetch_all|fetch_optional|query_row|query)$/;
/** Methods that return the same way to the database, or nothing. */
const SAME =
  /^(get_connection|into_schema_manager_connection|begin|begin_with_config|as_ref|as_mut|deref|clone|acquire|to_owned|deref_mut|borrow|into|unwrap)$/;
const NOTHING = /^(commit|rollback|close|ping)$/;

function onHandle(
  machine: Machine,
  method: string,
  args: readonly Value[],
  node: RustNode,
  dialect: Dialect,
): Value | undefined {
  if (SENDS.test(method)) return send(machine, args[0], node, dialect);
  if (SAME.test(method)) return HANDLE;
  if (NOTHING.test(method)) return UNIT;
  if (method === "get_database_backend") return { kind: "path", segments: ["DbBackend", "Postgres"], node };
  if (READS.test(method)) return read(machine, args[0], node, dialect);
  if (/^has_(table|column|index)$/.test(method)) return presence(machine, method, args, node);
  const [closure] = args;
  if ((method === "transaction" || method === "transaction_with_config") && closure?.kind === "closure") {
    return machine.callClosure(closure, [HANDLE]);
  }
  return undefined;
}

/** A statement that the database is asked to run. */
function send(machine: Machine, value: Value | undefined, node: RustNode, dialect: Dialect): Value {
  try {
    const whole = value?.kind === "text" ? value.literal : null;
    for (const sql of statementsOf(machine, value, dialect)) {
      machine.sink.emit({ kind: "sql", sql, node, literal: whole });
    }
    return unknown("What the database answers is known only when the code runs", node);
  } catch (error) {
    if (!(error instanceof NotLowered)) throw error;
    return machine.opaque(error.reason, node);
  }
}

const READING = /^\s*(select|with|show|values|table|explain)\b/i;

/** A query that only reads changes nothing; any other statement is sent as usual. */
function read(machine: Machine, value: Value | undefined, node: RustNode, dialect: Dialect): Value {
  const rows = unknown("The rows of the database are known only when the code runs", node);
  if (isSelect(value) || (isStatement(value) && value.args.some(isSelect))) return rows;
  try {
    const sql = statementsOf(machine, value, dialect);
    const [only] = sql;
    const reads = sql.every((each) => READING.test(each) && !/\b(insert|update|delete|merge)\b/i.test(each));
    if (reads && sql.length === 1 && only !== undefined) {
      const asked = [{ after: machine.sink.count, table: null, part: null }];
      return { kind: "rows", sql: only.trim().replace(/;$/, ""), asked };
    }
    if (reads) return rows;
  } catch (error) {
    if (!(error instanceof NotLowered)) throw error;
  }
  send(machine, value, node, dialect);
  return rows;
}

/** `has_table`, `has_column` and `has_index` look in the current schema. Source: sea-schema `postgres/query`. */
function presence(machine: Machine, method: string, args: readonly Value[], node: RustNode): Value {
  try {
    const names = args.map((arg) => nameOf(machine, arg));
    const [table = null, part = null] = names;
    const sql = presenceCondition(
      method,
      names.map((name) => literal(name).trimStart()),
    );
    return condition(sql, [{ after: machine.sink.count, table, part }]);
  } catch (error) {
    if (!(error instanceof NotLowered)) throw error;
    return unknown(error.reason, node);
  }
}

function presenceCondition(method: string, [table, other]: readonly string[]): string {
  return method === "has_table"
    ? `EXISTS (SELECT FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = ${table})`
    : method === "has_column"
      ? `EXISTS (SELECT FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = ${table} AND column_name = ${other})`
      : `EXISTS (SELECT FROM pg_indexes WHERE schemaname = current_schema() AND tablename = ${table} AND indexname = ${other})`;
}

function onFunction(
  machine: Machine,
  path: readonly string[],
  args: readonly Value[],
  node: RustNode,
  dialect: Dialect,
): Value | undefined {
  const name = path.at(-1) ?? "";
  const [first] = args;
  if (path.slice(-2).join("::") === "SchemaManager::new") return HANDLE;
  if (first?.kind === "handle")
    return locoFunction(machine, name, args.slice(1), node, (sql) => send(machine, sql, node, dialect));
  const variants = args.length === 0 ? enumVariants(machine, path, node) : null;
  if (variants) return { kind: "list", items: variants };
  if (path.length === 1 || path.at(-2) === "schema") return schemaHelper(machine, name, args, node) ?? undefined;
  return undefined;
}

/** Methods that send, whatever they are called on. */
const REACHES = /^(exec_stmt|execute|execute_raw|execute_unprepared|batch_execute|simple_query)$/;

/** A connection that the code opens itself, or one that is no longer known. */
function isElsewhere(value: Value): boolean {
  return value.kind === "unknown" || (value.kind === "term" && !isStatement(value) && !sqlCallOf(value));
}

/** `Schema::new(backend)`: statements from the entities in the files. */
function fromEntity(
  machine: Machine,
  builder: Value,
  method: string,
  entity: Value | undefined,
  node: RustNode,
): Value | undefined {
  const schema =
    builder.kind === "term" && builder.head.slice(-2).join("::") === "Schema::new" && builder.calls.length === 0;
  if (!schema || !/^create_(table|index)_from_entity$/.test(method)) return undefined;
  const [backend] = builder.args;
  if (backend?.kind !== "path" || backend.segments.at(-1) !== "Postgres") {
    return unknown("For which database the schema is written is not known", node);
  }
  try {
    return method === "create_table_from_entity"
      ? tableFromEntity(machine, entity, node)
      : indexesFromEntity(machine, entity, node);
  } catch (error) {
    if (!(error instanceof NotLowered)) throw error;
    return unknown(error.reason, error.node ?? node);
  }
}

function isOtherDatabase(value: Value): boolean {
  const path = value.kind === "path" ? value.segments : value.kind === "term" ? value.head : [];
  return path.some((part) => /^(Mysql|Sqlite)QueryBuilder$/.test(part));
}

function isQuery(value: Value): boolean {
  return value.kind === "term" && /^Query::\w+$/.test(builderOf(value));
}

/** Methods that turn a builder into its statement's text. */
const BUILDS = /^build(_any|_sqlx|_postgres)?$/;

function isSelect(value: Value | undefined): boolean {
  return value?.kind === "term" && builderOf(value) === "Query::select";
}

function onBuilder(
  machine: Machine,
  builder: Value,
  method: string,
  args: readonly Value[],
  node: RustNode,
  dialect: Dialect,
): Value | undefined {
  const [first] = args;
  if (args.some((arg) => arg.kind === "handle")) {
    const call = sqlCallOf(builder);
    if (call && /^execute(_many)?$/.test(method)) return send(machine, call, node, dialect);
    if (call && /^(fetch|load|get_result)/.test(method)) return read(machine, call, node, dialect);
    const rows = entityCall(machine, builder, method, node, (sql) => send(machine, sql, node, dialect));
    if (rows) return rows;
  }
  if (REACHES.test(method) && args.length > 0 && isElsewhere(builder)) {
    return machine.opaque("It is sent to an unknown database", node);
  }
  if (BUILDS.test(method) && (isStatement(first) || isSelect(first))) return first;
  const schema = fromEntity(machine, builder, method, first, node);
  if (schema) return schema;
  if ((BUILDS.test(method) || method === "to_string") && first && isOtherDatabase(first)) {
    return unknown("The text is written for another database", node);
  }
  if (BUILDS.test(method) && isSelect(builder)) return { kind: "list", items: [builder, builder] };
  if (!isStatement(builder)) return undefined;
  if (method !== "to_string" && !BUILDS.test(method)) return undefined;
  try {
    const sql = statementsOf(machine, builder, dialect);
    const whole = text(sql.join("; "));
    // A query has its text and its values separately; here the values are already in the text.
    return isQuery(builder) && method !== "to_string"
      ? { kind: "list", items: [whole, { kind: "list", items: [] }] }
      : whole;
  } catch (error) {
    if (!(error instanceof NotLowered)) throw error;
    return unknown(error.reason, node);
  }
}
