import type { Node, RangeVar } from "libpg-query";
import type { Finding } from "../finding.js";
import type { Migration } from "../migration/release.js";
import { actsOutside } from "../postgres/acts-outside.js";
import { SHARED_CATALOGS } from "../postgres/system-catalogs.js";
import { bodyStatements } from "../sql/body-statements.js";
import { isParsed, parseStatement } from "../sql/parse.js";
import type { Statement } from "../sql/statement.js";
import type { Operation } from "./kinds/index.js";
import type { OpaqueCode } from "./kinds/opaque.js";
import { functionsCalled } from "./read/tables-read.js";
import { operationsOfText } from "./segments.js";

/**
 * Statements that are never executed, on a clone or elsewhere: they would end our transaction, reach beyond the tenant's database, or the parser did
 * not understand them at all. A down migration with such a statement is not a way back.
 */
export function refusalsOf(migration: Migration): readonly Finding[] {
  return migration.up.statements.flatMap((statement) => refusedStatement(statement));
}

export function refusedStatement(statement: Statement): readonly Finding[] {
  const operations = operationsOfText(statement);
  const refusals = [...operations.map(refusalOf), callRefusal(statement, operations)];
  const { source } = statement;
  return refusals.flatMap((refusal): Finding[] =>
    refusal === null
      ? []
      : [
          {
            code: refusal.code,
            gate: "dry-run",
            severity: "error",
            subject: { kind: "statement", name: `${source.file}:${source.line}` },
            message: refusal.message,
            remedy: { text: refusal.remedy },
            source,
            ...(refusal.unknown ? { unknown: true } : {}),
          },
        ],
  );
}

interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly unknown?: boolean;
}

const NEVER_EXECUTED: ReadonlySet<OpaqueCode> = new Set(["unparsable", "program", "server-file"]);

function refusalOf(operation: Operation): Refusal | null {
  const text = firstLine(operation.statement.sql);
  if (operation.kind === "transaction-control" && operation.command !== "set constraints") {
    return {
      code: "dry-run.transaction-control",
      message: `"${text}" controls the transaction, so the migration and its ledger row could no longer commit together.`,
      remedy: "Remove it: the migration already runs in one transaction, split where PostgreSQL requires it.",
    };
  }
  if (reachesBeyond(operation)) return beyond(text);
  if (operation.kind === "opaque" && NEVER_EXECUTED.has(operation.code)) {
    return {
      code: "dry-run.unreadable",
      message: `"${text}" cannot be executed: ${operation.reason}.`,
      remedy: "Write it as SQL that PostgreSQL accepts; psql commands and templates are not SQL.",
      unknown: true,
    };
  }
  return null;
}

function beyond(text: string): Refusal {
  return {
    code: "dry-run.beyond-database",
    message: `"${text}" reaches beyond the tenant's database, which no clone can stand in for.`,
    remedy: "Run it by hand, outside the tenants' migrations.",
  };
}

function callRefusal(statement: Statement, operations: readonly Operation[]): Refusal | null {
  const text = firstLine(statement.sql);
  if (actsOnServer(statement)) return beyond(text);
  const called = operations.flatMap((operation) => (operation.kind === "query" ? operation.functions : []));
  const names = new Set([...called, ...namedIn(statement)]);
  const calls = (functions: ReadonlySet<string>) => [...functions].some((name) => names.has(name));
  if (calls(WAITS)) {
    return {
      code: "dry-run.sleep",
      message: `"${text}" waits on purpose, and holds its transaction's locks meanwhile.`,
      remedy: "Remove the wait. Between batches, it belongs in a job outside the migrations.",
    };
  }
  return [...names].some(actsOutside) ? beyond(text) : null;
}

/** They act on the server, or on a database that they name; OWNED also means a role's databases and tablespaces (manual). */
const OF_THE_SERVER = [
  ...["DropOwnedStmt", "ReassignOwnedStmt", "CreateTableSpaceStmt", "DropTableSpaceStmt"],
  ...["AlterTableSpaceOptionsStmt", "AlterDatabaseRefreshCollStmt"],
];
const WRITES = ["InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "CopyStmt"];

function actsOnServer(statement: Statement): boolean {
  const parsed = parseStatement(statement);
  const body = isParsed(parsed) ? bodyStatements(parsed) : null;
  return [parsed, ...(body?.runs ? body.statements : [])].some(
    (each) => isParsed(each) && (OF_THE_SERVER.some((type) => type in each.node) || writesSharedCatalog(each.node)),
  );
}

/** Every database of the server has the same rows in these. */
function writesSharedCatalog(node: Node): boolean {
  return Object.entries(node).some(([type, tree]) => {
    const { relation, is_from } = tree as { relation?: RangeVar; is_from?: boolean };
    if (!WRITES.includes(type) || !relation || (type === "CopyStmt" && !is_from)) return false;
    const isCatalog = (relation.schemaname ?? "pg_catalog") === "pg_catalog";
    return isCatalog && SHARED_CATALOGS.has(relation.relname ?? "") && !relation.relname?.startsWith("pg_statistic");
  });
}

/**
 * Functions that occur in the statement, wherever it may call them: in its tree, and anywhere in a DO block's text, since a PL/pgSQL expression may
 * call something that none of its statements does. What a function would call does not count if the statement only creates that function.
 */
function namedIn(statement: Statement): readonly string[] {
  const parsed = parseStatement(statement);
  if (!isParsed(parsed) || "CreateFunctionStmt" in parsed.node) return [];
  if (!("DoStmt" in parsed.node)) return functionsCalled(parsed.node);
  const text = statement.sql.replaceAll(/--[^\n]*|\/\*[\s\S]*?\*\//g, " ");
  return (text.match(/[a-z_][a-z0-9_$]*(?=\s*\()/gi) ?? []).map((name) => name.toLowerCase());
}

const BEYOND = new Set(["database", "tablespace", "subscription", "role", "parameter acl"]);
const WAITS = new Set(["pg_sleep", "pg_sleep_for", "pg_sleep_until"]);

function reachesBeyond(operation: Operation): boolean {
  switch (operation.kind) {
    case "alter-object":
      return operation.what === "system setting" || BEYOND.has(operation.objectKind);
    case "grant":
      return operation.scope === "role" || (operation.scope === "objects" && BEYOND.has(operation.objectKind));
    case "reindex":
      return operation.of === "system";
    default:
      return "objectKind" in operation && BEYOND.has(operation.objectKind);
  }
}

function firstLine(sql: string): string {
  const [line = ""] = sql.split("\n");
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
