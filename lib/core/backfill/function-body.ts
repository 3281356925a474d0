import type { Node } from "libpg-query";
import { type CatalogObject, TENANT_SCHEMA } from "../catalog/catalog.js";
import { bodyOf } from "../sql/body-of.js";
import { numberIn, queryOf, type Tree, treeIn } from "../sql/body-tree.js";
import { nodesWith } from "../sql/body-variables.js";
import { isParsed, parseSql, treeAlone } from "../sql/parse.js";
import { plpgsqlTree } from "../sql/plpgsql-tree.js";
import type { ParsedStatement } from "../sql/statement.js";
import { as, constant, option, visit } from "../sql/tree.js";
import type { Reader } from "./reader.js";
import { NotCuttable } from "./refusal.js";
import { NOWHERE, type Place } from "./scope.js";

/** What a PL/pgSQL body may consist of. Dynamic SQL, cursors, transactions and calls are not included. */
const STATEMENTS: ReadonlySet<string> = new Set(
  `PLpgSQL_stmt_block PLpgSQL_stmt_assign PLpgSQL_stmt_if PLpgSQL_if_elsif PLpgSQL_stmt_case PLpgSQL_case_when PLpgSQL_stmt_loop
  PLpgSQL_stmt_while PLpgSQL_stmt_fori PLpgSQL_stmt_fors PLpgSQL_stmt_foreach_a PLpgSQL_stmt_exit PLpgSQL_stmt_return
  PLpgSQL_stmt_return_next PLpgSQL_stmt_return_query PLpgSQL_stmt_raise PLpgSQL_raise_option PLpgSQL_stmt_assert PLpgSQL_stmt_perform
  PLpgSQL_stmt_execsql PLpgSQL_exception_block PLpgSQL_exception PLpgSQL_condition PLpgSQL_expr PLpgSQL_function PLpgSQL_var
  PLpgSQL_rec PLpgSQL_row PLpgSQL_recfield PLpgSQL_type`.split(/\s+/),
);

/** Texts in PL/pgSQL are whole statements (0), expressions (2) or assignments (3, 4, 5: how deep the name is). RawParseMode. */
const EXPRESSION = 2;

/** What a body does, reported to its reader. */
export interface BodyVisitor {
  /** A statement that is not a query. */
  readonly writes: (node: Node) => void;
  /** How its expressions are read. */
  readonly place: Place;
}

/** A function that is called: it must be IMMUTABLE, and its body must not read anything that batches change. Throws `NotCuttable`. */
export function readFunction(reader: Reader, object: CatalogObject, place: Place): void {
  const shown = `${object.id.schema}.${object.id.name}`;
  const node = treeAlone(object.definition ?? "");
  const options = as(node ?? undefined, "CreateFunctionStmt")?.options;
  const declared = as(option(options, "volatility")?.arg, "String")?.sval;
  if (declared !== "immutable")
    throw new NotCuttable(
      "function",
      `the function ${shown} is not declared IMMUTABLE, so it may read rows that batches change`,
    );
  readBody(reader, object, {
    place: { ...NOWHERE, own: new Set(place.own), depth: 1 },
    writes: () => {
      throw new NotCuttable("function", `the function ${shown} writes`);
    },
  });
}

/** Every statement and expression of a function's body. Returns the PL/pgSQL tree, if there is one. */
export function readBody(reader: Reader, object: CatalogObject, visitor: BodyVisitor): Tree | null {
  const shown = `${object.id.schema}.${object.id.name}`;
  if (!reader.once(`function ${shown}(${object.id.signature})`)) return null;
  const sql = object.definition ?? "";
  const node = treeAlone(sql);
  const made = as(node ?? undefined, "CreateFunctionStmt");
  if (!node || !made) throw unread(shown);
  refuseOwnPath(shown, made.options ?? []);
  try {
    if (made.sql_body) readAtomic(reader, made.sql_body, visitor);
    if (made.sql_body) return null;
    const body = bodyOf(node);
    if (body?.language === "sql") {
      for (const statement of parseSql(body.text, "function").statements)
        readStatement(reader, isParsed(statement) ? statement.node : null, visitor);
      return null;
    }
    if (body?.language !== "plpgsql") throw unread(shown);
    return readPlpgsql(
      reader,
      { index: 0, sql, source: { file: "function", line: 1 }, node, base: 0 } as ParsedStatement,
      visitor,
    );
  } catch (error) {
    if (error instanceof NotCuttable) throw new NotCuttable(error.code, `in the function ${shown}, ${error.message}`);
    throw unread(shown);
  }
}

/** Schemas in which a name means the same as it does to the statement. */
const SAME_PATH: ReadonlySet<string> = new Set(["", "pg_catalog", "pg_temp", "public", TENANT_SCHEMA]);

/** With a search_path of its own, a name in the body may mean a table other than the one that we look at. */
function refuseOwnPath(shown: string, options: readonly Node[]): void {
  const set = options.flatMap((each) => {
    const element = as(each, "DefElem");
    return element?.defname === "set" ? (as(element.arg, "VariableSetStmt") ?? []) : [];
  });
  for (const { name, args } of set) {
    const schemas = (args ?? []).flatMap((each) => (constant(each) ?? "?").split(",").map((part) => part.trim()));
    if (name === "search_path" && !schemas.every((schema) => SAME_PATH.has(schema)))
      throw new NotCuttable("function", `the function ${shown} has a search_path of its own`);
  }
}

function unread(shown: string): NotCuttable {
  return new NotCuttable("function", `the function ${shown} has no body that can be read`);
}

/** BEGIN ATOMIC … END, or RETURN. */
function readAtomic(reader: Reader, body: Node, visitor: BodyVisitor): void {
  const result = as(body, "ReturnStmt")?.returnval;
  if (result) reader.read(result, visitor.place);
  const lists = (as(body, "List")?.items ?? []).flatMap((item) => as(item, "List")?.items ?? [item]);
  for (const item of lists) readStatement(reader, item, visitor);
}

function readStatement(reader: Reader, node: Node | null, { place, writes }: BodyVisitor): void {
  const select = as(node ?? undefined, "SelectStmt");
  const result = as(node ?? undefined, "ReturnStmt")?.returnval;
  if (select) reader.select(select, place, place.strict ? "steady" : "fresh");
  else if (result) reader.read(result, place);
  else if (node) writes(node);
  else throw new NotCuttable("function", "a statement cannot be read");
}

function readPlpgsql(reader: Reader, statement: ParsedStatement, visitor: BodyVisitor): Tree {
  const { tree } = plpgsqlTree(statement);
  visit(tree, (tag) => {
    if (tag.startsWith("PLpgSQL_") && !STATEMENTS.has(tag))
      throw new NotCuttable("function", `its ${tag.replace("PLpgSQL_stmt_", "").toUpperCase()} is not read`);
  });
  for (const each of nodesWith(tree, "PLpgSQL_expr")) {
    const text = queryOf(each);
    const mode = numberIn(treeIn(each, "PLpgSQL_expr") ?? {}, "parseMode");
    if (mode === 0) readStatement(reader, treeAlone(text), visitor);
    else
      readStatement(
        reader,
        treeAlone(`SELECT ${mode === EXPRESSION ? text : text.replace(/^[^=]*?:?=/, "")}`),
        visitor,
      );
  }
  const [made] = [...nodesWith(tree, "PLpgSQL_function")];
  return treeIn(made, "PLpgSQL_function") ?? {};
}
