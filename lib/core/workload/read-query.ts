import type { Node, RangeVar } from "libpg-query";
import { isParsed, parseSql, treeAlone } from "../sql/parse.js";
import type { ParsedStatement, UnparsedStatement } from "../sql/statement.js";
import { as, find, kindOf } from "../sql/tree.js";
import { normalise } from "./normalise.js";
import { queryId } from "./query-id.js";
import type { Found, FoundOther, QuerySource, UnexaminedReason } from "./workload.js";

/** A text as some source has it. */
export interface QueryText {
  readonly text: string;
  readonly source: QuerySource;
  readonly version?: string | null;
  readonly role?: string | null;
  readonly calls?: number | null;
  readonly callsPerHour?: number | null;
  readonly meanMs?: number | null;
  readonly rows?: number | null;
  readonly parameters?: readonly string[] | null;
  /** A server has put parameters in place of the values. */
  readonly numberedByServer?: boolean;
}

const QUERIES: ReadonlySet<string> = new Set(["SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"]);
/** What pg_stat_statements shows instead of a text to a role that may not see it. */
const HIDDEN = "<insufficient privilege>";

/** One text as a query without values, or why it is not one. The parser must be loaded. */
export function readQuery(given: QueryText): Found {
  if (given.text === HIDDEN) return other(given, "hidden");
  const { statements } = parseSql(given.text, given.source.place);
  const [only, ...others] = statements;
  if (others.length > 0) return other(given, statements.every(isParsed) ? "several-statements" : "not-sql");
  return only ? readStatement(only, given) : other(given, "not-sql");
}

/** The same for a parsed statement; `base` tells where its text began. */
export function readStatement(statement: ParsedStatement | UnparsedStatement, given: QueryText): Found {
  if (!isParsed(statement)) return other(given, unparsedReason(statement));
  // Positions in the tree count from the start of the parsed text.
  const node = statement.base === 0 ? statement.node : treeAlone(statement.sql);
  return node === null ? other(given, "not-sql") : readTree(statement.sql, node, given);
}

function readTree(text: string, node: Node, given: QueryText): Found {
  if (!QUERIES.has(kindOf(node)) || as(node, "SelectStmt")?.intoClause) {
    const temporary = temporaryOf(node);
    return { ...other(given, "utility"), ...(temporary.length > 0 ? { temporary } : {}) };
  }
  const relations = relationsOf(node);
  const reason = reasonOf(relations);
  if (reason) return other(given, reason);
  const normal = normalise(text, node, { numberedByServer: given.numberedByServer === true });
  if (normal === null) return other(given, "not-sql");
  return {
    query: {
      id: queryId(node),
      text: normal,
      role: given.role ?? null,
      versions: given.version == null ? [] : [given.version],
      calls: given.calls ?? null,
      callsPerHour: given.callsPerHour ?? null,
      meanMs: given.meanMs ?? null,
      rows: given.rows ?? null,
      parameters: given.parameters ? [...given.parameters] : null,
      sources: [given.source],
    },
    relations: relations.flatMap(({ schemaname, relname }) => (schemaname ? [] : [relname ?? ""])),
  };
}

function other({ source, calls }: QueryText, reason: UnexaminedReason): FoundOther {
  return { reason, place: source.place, calls: calls ?? null };
}

/** A text after which the parser expects more has been cut off. */
function unparsedReason({ sql, errorAt }: UnparsedStatement): UnexaminedReason {
  if (errorAt >= sql.trimEnd().length && sql.trim() !== "") return "truncated";
  return /^\s*(select|insert|update|delete|with|merge)\b/i.test(sql) && opensQuote(sql.slice(errorAt))
    ? "truncated"
    : "not-sql";
}

/** The scanner points at the unclosed quote. */
function opensQuote(rest: string): boolean {
  return /^(?:[eEnNbBxX]|[uU]&)?'(?:[^']|'')*$|^"(?:[^"]|"")*$|^\/\*(?:(?!\*\/)[\s\S])*$|^(\$\w*\$)(?:(?!\1)[\s\S])*$/.test(
    rest,
  );
}

/** How many relations a text names; 0 when it is not SQL. */
export function relationCount(text: string): number {
  const [only] = parseSql(text, "").statements;
  return only && isParsed(only) ? relationsOf(only.node).length : 0;
}

/** Relations that are not names of WITH. */
function relationsOf(node: Node): readonly RangeVar[] {
  const own = new Set(find(node, "CommonTableExpr").map(({ ctename }) => ctename));
  const written = [
    ...find(node, "InsertStmt"),
    ...find(node, "UpdateStmt"),
    ...find(node, "DeleteStmt"),
    ...find(node, "MergeStmt"),
  ].flatMap(({ relation }) => relation ?? []);
  const named = find(node, "RangeVar").filter(({ schemaname, relname }) => schemaname || !own.has(relname));
  return [...new Set([...named, ...written])];
}

function reasonOf(relations: readonly RangeVar[]): UnexaminedReason | null {
  if (relations.some(({ catalogname }) => catalogname)) return "other-database";
  if (relations.some(({ schemaname }) => schemaname && /^pg_temp(_\d+)?$/.test(schemaname))) return "temporary-table";
  return relations.length > 0 && relations.every(isSystem) ? "system-catalog" : null;
}

function isSystem({ schemaname, relname }: RangeVar): boolean {
  if (schemaname) return schemaname === "pg_catalog" || schemaname === "information_schema";
  return /^pg_/.test(relname ?? "");
}

function temporaryOf(node: Node): readonly string[] {
  const select = as(node, "SelectStmt");
  const made = [
    as(node, "CreateStmt")?.relation,
    as(node, "CreateTableAsStmt")?.into?.rel,
    select?.intoClause?.rel,
    as(node, "ViewStmt")?.view,
  ];
  return made.flatMap((relation) => (relation?.relpersistence === "t" ? [relation.relname ?? ""] : []));
}
