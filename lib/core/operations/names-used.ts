import { qualified } from "../sql/quote.js";
import { visit } from "../sql/tree.js";
import { tablesRead } from "./read/tables-read.js";

/** What the server looks up to execute an SQL text. Names written with pg_catalog are separate or left out. */
export interface NamesUsed {
  /** Functions, operators and types that are found along the search_path. */
  readonly functions: readonly string[];
  readonly operators: readonly string[];
  readonly types: readonly string[];
  readonly collations: readonly string[];
  /** Every string: a function may look one up as a name, for example that of a text search configuration. */
  readonly texts: readonly string[];
  /** Functions named with pg_catalog, without it; the grammar itself names some this way. */
  readonly systemFunctions: readonly string[];
  /** Functions and operators named with another schema, without it. */
  readonly placedFunctions: readonly string[];
  readonly placedOperators: readonly string[];
  /** Relations with a schema, as SQL. */
  readonly tables: readonly string[];
}

type Strings = readonly { readonly String?: { readonly sval?: string } }[];

/** Tags that contain a list of names, and what the list names. */
const LISTS: Readonly<Record<string, readonly [field: string, kind: "function" | "operator" | "type" | "collation"]>> =
  {
    FuncCall: ["funcname", "function"],
    A_Expr: ["name", "operator"],
    SubLink: ["operName", "operator"],
    SortBy: ["useOp", "operator"],
    TypeName: ["names", "type"],
    typeName: ["names", "type"],
    CollateClause: ["collname", "collation"],
    collClause: ["collname", "collation"],
  };

/** Operators that the grammar looks up under a name of its own. */
const IMPLIED: Readonly<Record<string, readonly string[]>> = {
  AEXPR_DISTINCT: ["="],
  AEXPR_NOT_DISTINCT: ["="],
  AEXPR_NULLIF: ["="],
  AEXPR_BETWEEN: [">=", "<="],
  AEXPR_NOT_BETWEEN: ["<", ">"],
  AEXPR_BETWEEN_SYM: [">=", "<="],
  AEXPR_NOT_BETWEEN_SYM: ["<", ">"],
};

/** Reads the names from one or more trees. */
export function namesUsed(tree: unknown): NamesUsed {
  const found = emptySets();
  const placed = emptySets();
  const system = new Set<string>();
  const texts = new Set<string>();
  visit(tree, (tag, node) => {
    const { sval } = node as { readonly sval?: { readonly sval?: string } };
    if (tag === "A_Const" && sval?.sval) texts.add(sval.sval);
    const { collation } = node as { readonly collation?: Strings };
    if (tag === "IndexElem" && collation) found.collation.add(collation.at(-1)?.String?.sval ?? "");
    const [field, kind] = LISTS[tag] ?? [];
    if (field === undefined || kind === undefined) return;
    const fields = node as Readonly<Record<string, unknown>>;
    const names = ((fields[field] ?? []) as Strings).flatMap(({ String: text }) => text?.sval ?? []);
    const implied = IMPLIED[String(fields.kind)];
    if (implied) for (const name of implied) found.operator.add(name);
    const name = names.at(-1);
    if (name === undefined || implied) return;
    if (names.length === 1) found[kind].add(name);
    else if (names.at(-2) !== "pg_catalog") placed[kind].add(name);
    else if (kind === "function") system.add(name);
  });
  if (hasCaseOfValue(tree) || hasComparedQuery(tree)) found.operator.add("=");
  const tables = tablesRead(tree as Parameters<typeof tablesRead>[0]).flatMap(({ schema, name }) =>
    schema === null || schema === "pg_catalog" ? [] : [qualified(schema, name)],
  );
  return {
    functions: [...found.function],
    operators: [...found.operator],
    types: [...found.type],
    collations: [...found.collation],
    texts: [...texts],
    systemFunctions: [...system],
    placedFunctions: [...placed.function],
    placedOperators: [...placed.operator],
    tables,
  };
}

function emptySets() {
  return {
    function: new Set<string>(),
    operator: new Set<string>(),
    type: new Set<string>(),
    collation: new Set<string>(),
  };
}

/** `CASE x WHEN y` compares with `=`. */
function hasCaseOfValue(tree: unknown): boolean {
  let found = false;
  visit(tree, (tag, node) => {
    if (tag === "CaseExpr" && "arg" in node) found = true;
  });
  return found;
}

/** `x IN (SELECT …)` compares with `=`, and so does JOIN … USING. */
function hasComparedQuery(tree: unknown): boolean {
  let found = false;
  visit(tree, (tag, node) => {
    const { subLinkType } = node as { readonly subLinkType?: string };
    if (tag === "SubLink" && subLinkType === "ANY_SUBLINK" && !("operName" in node)) found = true;
    if (tag === "JoinExpr" && "usingClause" in node) found = true;
  });
  return found;
}
