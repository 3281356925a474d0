import type { Finding } from "../finding.js";
import { acceptanceOf } from "../migration/acceptance.js";
import { sha256 } from "../migration/checksums/sha.js";
import type { Script } from "../migration/release.js";
import { isPlainlyHarmlessText } from "../operations/plainly-harmless.js";
import { operationsOfText } from "../operations/segments.js";
import { isParsed, parseStatement } from "../sql/parse.js";
import type { ParsedStatement, Statement } from "../sql/statement.js";
import { as } from "../sql/tree.js";
import { breachesOf, namesSchema, unreadable } from "./breaches.js";
import { schemaOfText } from "./named-in-texts.js";
import { piecesOf, type Unread } from "./pieces.js";
import type { Breach, IsolationScope } from "./scope.js";

/**
 * What in a script's text reaches beyond the tenant, or would remove the rollout's limits: never executed, on a clone or elsewhere. Bodies of
 * functions and DO blocks are examined too; what the parser refuses is a finding of the release.
 */
export function isolationFindings(
  { statements }: Pick<Script, "statements">,
  scope: IsolationScope,
): readonly Finding[] {
  return statements.flatMap((statement, at) => {
    const parsed = parseStatement(statement);
    if (!isParsed(parsed) || waitsOutside(parsed, statements.slice(at + 1))) return [];
    return statementFindings(parsed, scope);
  });
}

function statementFindings(statement: ParsedStatement, scope: IsolationScope): readonly Finding[] {
  const { read, unread, types } = piecesOf(statement);
  return distinct([
    ...read.flatMap(({ node, source }) => breachesOf(node, scope).map((breach) => finding(breach, source, statement))),
    ...types.flatMap(({ name, source }) => typeBreaches(name, scope).map((each) => finding(each, source, statement))),
    ...unread.flatMap((each) => unreadFindings(each, statement, scope)),
    ...unseenFindings(statement, scope),
  ]);
}

/** A statement of a body is seen both at its place and as what its EXECUTE runs. */
function distinct(findings: readonly Finding[]): readonly Finding[] {
  return [...new Map(findings.map((each) => [`${each.code} ${each.subject.name} ${each.message}`, each])).values()];
}

/** `acme.users%rowtype`, `acme.mood`; before `%type` come a table and its column. */
function typeBreaches(name: string, scope: IsolationScope): readonly Breach[] {
  if (!scope.schemaTenants || (/%type$/i.test(name) && name.split(".").length < 3)) return [];
  const schema = schemaOfText(name);
  if (schema === null) return [];
  const cast = { TypeName: { names: [schema, "t"].map((sval) => ({ String: { sval } })) } };
  return breachesOf(cast, scope);
}

/** Inside a transaction the session sees what a function touches, whatever its body says; not when the statement commits in parts. */
function unseenFindings(statement: ParsedStatement, scope: IsolationScope): readonly Finding[] {
  const { node, source, sql } = statement;
  if (!scope.schemaTenants || !as(node, "IndexStmt")?.concurrent || isPlainlyHarmlessText(sql)) return [];
  const reason =
    "it runs functions that are not PostgreSQL's own outside a transaction, where nothing shows what they touch";
  return unlessAccepted(
    sql,
    { ...unreadable(reason), remedy: "Create the index without CONCURRENTLY." },
    source,
    statement,
    scope,
  );
}

function unreadFindings(piece: Unread, statement: ParsedStatement, scope: IsolationScope): readonly Finding[] {
  if (!scope.schemaTenants || (piece.part === "whole" && staysByItsWords(piece.text, scope))) return [];
  const breach = unreadable(piece.reason.charAt(0).toLowerCase() + piece.reason.slice(1));
  return unlessAccepted(piece.text, breach, piece.source, statement, scope);
}

function unlessAccepted(
  text: string,
  breach: Breach,
  source: Finding["source"],
  statement: ParsedStatement,
  scope: IsolationScope,
): readonly Finding[] {
  const hash = sha256(text);
  const accepted = acceptanceOf({ hash }, scope.acceptances);
  if (accepted && !accepted.expired) return [];
  const remedy = `${breach.remedy} Or accept this very piece in the config: {"hash": "${hash}", "reason": "…", "expires": "…"}.`;
  return [finding({ ...breach, remedy }, source, statement)];
}

const REACHES =
  /\b(execute|set_config|search_path|dblink\w*|authorization|pg_settings|lo_\w+)\b|\bset\s+(local\s+|session\s+)?(role|schema)\b/i;
const TARGET =
  /\b(?:from|join|into|update|table|only|truncate|copy|using|call|perform)\s+("(?:[^"]|"")+"|[\w$]+)\s*\./gi;

/** A body that cannot be parsed, but none of whose words leads out of the tenant. */
function staysByItsWords(text: string, { tenants, shared, own }: IsolationScope): boolean {
  if (REACHES.test(text) || [...tenants].some((schema) => schema !== own && namesSchema(text, schema))) return false;
  const free = new Set(["new", "old", "pg_catalog", "information_schema", "pg_temp", ...shared, ...(own ? [own] : [])]);
  return [...text.matchAll(TARGET)].every(([, name = ""]) => free.has(name.replaceAll('"', "").toLowerCase()));
}

/** SET lock_timeout or statement_timeout for CREATE INDEX CONCURRENTLY: it blocks nobody, and runs under a limit of its own. */
function waitsOutside(statement: ParsedStatement, next: readonly Statement[]): boolean {
  const isTimeout = (each: Statement) => {
    const parsed = parseStatement(each);
    const name = isParsed(parsed) ? as(parsed.node, "VariableSetStmt")?.name : undefined;
    return /^(lock|statement)_timeout$/i.test(name ?? "");
  };
  if (!isTimeout(statement)) return false;
  const others = next.findIndex((each) => !isTimeout(each));
  const until = next.findIndex((each, at) => at > others && isTimeout(each));
  const covered = others < 0 ? [] : next.slice(others, until < 0 ? undefined : until);
  return covered.length > 0 && covered.every(isOutside);
}

function isOutside(statement: Statement): boolean {
  return operationsOfText(statement).some(({ transactionality }) => transactionality === "outside");
}

function finding(breach: Breach, source: Finding["source"], statement: ParsedStatement): Finding {
  const place = source ?? statement.source;
  const [line = ""] = statement.sql.split("\n");
  const text = line.length > 80 ? `${line.slice(0, 79)}…` : line;
  return {
    code: breach.code,
    gate: "dry-run",
    severity: "error",
    subject: { kind: "statement", name: `${place.file}:${place.line}` },
    message: `"${text}": ${breach.message}`,
    remedy: { text: breach.remedy },
    source: place,
    ...(breach.unknown ? { unknown: true } : {}),
  };
}
