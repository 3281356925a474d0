import type { Node, TypeName, VariableSetStmt } from "libpg-query";
import { TENANT_SCHEMA } from "../catalog/catalog.js";
import { bodyStatements } from "../sql/body-statements.js";
import { COMPUTED } from "../sql/constant-calls.js";
import { constantText } from "../sql/constant-text.js";
import { deparse } from "../sql/deparse.js";
import { isParsed } from "../sql/parse.js";
import type { ParsedStatement, UnparsedStatement } from "../sql/statement.js";
import { as, find, kindOf, type NodeKind, strings } from "../sql/tree.js";
import { fitsElsewhere } from "./call-arguments.js";
import { callsIn, type ExecutedCall } from "./executed-calls.js";
import { tablesRead } from "./read/tables-read.js";

interface KnownFunction {
  readonly definition: ParsedStatement;
  readonly name: string;
  readonly schema: string | null;
  /** The search_path that the script had set when it created the function; empty for the one that it started with. */
  readonly path: string;
}

/**
 * The functions whose bodies we have, and what leads to them: operators, aggregates, casts, views, defaults. `complete`: they are all of a catalog's,
 * so no other function has such a name; otherwise a tenant may have more, and a call counts as one of these only where its name says so.
 */
export class KnownFunctions {
  private functions: readonly KnownFunction[] = [];
  /** The functions by how the call is written and the last part of its name. */
  private readonly behind = new Map<string, readonly ExecutedCall[]>();
  private readonly computed = new Set<string>();
  private path = "";
  private file: string | null = null;

  constructor(private readonly complete: boolean) {}

  copy(): KnownFunctions {
    const copy = new KnownFunctions(this.complete);
    copy.functions = this.functions;
    for (const [key, calls] of this.behind) copy.behind.set(key, calls);
    for (const name of this.computed) copy.computed.add(name);
    return copy;
  }

  /** Own functions that share a name with functions that we compute from the text; the text of a call to one does not tell its result. */
  shadowed(text: string): string | null {
    const lower = text.toLowerCase();
    return [...this.computed].find((name) => lower.includes(name)) ?? null;
  }

  note(statement: ParsedStatement | UnparsedStatement, sure = true): void {
    if (!isParsed(statement)) return;
    if (statement.source.file !== this.file) {
      this.file = statement.source.file;
      this.path = "";
    }
    const { node } = statement;
    if ("DoStmt" in node)
      for (const { guards, ...inner } of bodyStatements(statement)?.statements ?? [])
        this.note({ ...inner, source: statement.source }, sure && guards.length === 0);
    this.noteFunction(statement, sure);
    this.noteChange(node);
    this.noteKept(node);
    if ("VariableSetStmt" in node || /set_config/i.test(statement.sql)) this.notePath(node);
  }

  /** The definitions that a call may mean; none where it may mean a function that we do not have. */
  meantBy(call: ExecutedCall): readonly ParsedStatement[] {
    const name = call.name.at(-1) ?? "";
    const schema = call.name.length > 1 ? (call.name.at(-2) ?? null) : null;
    const found = this.functions.filter((each) => each.name === name && this.mayBe(each, schema));
    const definitions = found.map(({ definition }) => definition);
    if (call.as === "notation") return definitions.filter(takesRow);
    if (call.as !== "call") return [];
    const elsewhere = (each: ParsedStatement) => call.call !== null && fitsElsewhere(each, call.call);
    return !this.complete && definitions.length > 0 && definitions.every(elsewhere) ? [] : definitions;
  }

  /** What a call leads to other than a function of its name: an operator's function, an aggregate's, a cast's. */
  behindCall({ name, as: written }: ExecutedCall): readonly ExecutedCall[] {
    return this.behind.get(`${written} ${name.at(-1) ?? ""}`) ?? [];
  }

  /** Calls of the views that a statement reads, and of the defaults, checks and generated columns of the tables that it writes. */
  behindRelations(node: Node): readonly ExecutedCall[] {
    if (this.behind.size === 0 || !ROWS.has(kindOf(node))) return [];
    const read = tablesRead(node).map(({ name }) => `view ${name}`);
    const tables = [
      ...[as(node, "InsertStmt"), ...find(node, "InsertStmt"), as(node, "UpdateStmt"), ...find(node, "UpdateStmt")],
      ...[as(node, "MergeStmt"), ...find(node, "MergeStmt")],
    ].flatMap((each) => each?.relation?.relname ?? []);
    const written = tables.map((name) => `table ${name}`);
    return [...new Set([...read, ...written])].flatMap((key) => this.behind.get(key) ?? []);
  }

  private mayBe(known: KnownFunction, called: string | null): boolean {
    const { schema, path } = known;
    if (called !== null) return this.homeOf(known) === called;
    if (this.complete) return true;
    return schema === null ? path === this.path : this.path === "" && schema === "public";
  }

  /** The schema that it was made in; made without one, that of the tenant, or the path where that is another. */
  private homeOf({ schema, path }: Pick<KnownFunction, "schema" | "path">): string {
    const own = () => (this.functions.some((each) => each.schema === TENANT_SCHEMA) ? TENANT_SCHEMA : "public");
    return schema ?? (path === "" ? own() : path);
  }

  private noteFunction(statement: ParsedStatement, sure: boolean): void {
    const made = as(statement.node, "CreateFunctionStmt");
    if (!made) return;
    const names = strings(made.funcname);
    const name = names.at(-1) ?? "";
    const schema = names.length > 1 ? (names.at(-2) ?? null) : null;
    if (schema !== "pg_catalog" && COMPUTED.has(name)) this.computed.add(name);
    const home = this.homeOf({ schema, path: this.path });
    const replaced = (each: KnownFunction) =>
      each.name === name && this.homeOf(each) === home && sameTypes(each.definition, statement);
    const others = sure ? this.functions.filter((each) => !replaced(each)) : this.functions;
    // For a function created elsewhere, or in a language that we do not read, its text does not tell what it does.
    const told = readsAsHere((made.options ?? []).flatMap(settingOf)) && !isForeign(made.options ?? []);
    this.functions = told ? [...others, { definition: statement, name, schema, path: this.path }] : others;
  }

  /** Once renamed, moved, dropped or given settings, an object is no longer what its definition says. */
  private noteChange(node: Node): void {
    const altered = as(node, "AlterFunctionStmt");
    const changes = altered && !readsAsHere((altered.actions ?? []).flatMap(settingOf)) ? [altered.func] : [];
    const renamed = as(node, "RenameStmt");
    const moved = as(node, "AlterObjectSchemaStmt");
    const dropped = as(node, "DropStmt");
    const others = [
      renamed && ROUTINES.has(renamed.renameType ?? "") ? renamed.object : undefined,
      moved && ROUTINES.has(moved.objectType ?? "") ? moved.object : undefined,
      ...(dropped && ROUTINES.has(dropped.removeType ?? "") ? (dropped.objects ?? []) : []),
    ].map((each) => as(each, "ObjectWithArgs"));
    for (const changed of [...changes, ...others]) this.forget(strings(changed?.objname).at(-1), changed?.objargs);
    if (renamed && ROUTINES.has(renamed.renameType ?? "")) this.forget(renamed.newname, undefined);
  }

  private forget(name: string | undefined, types: readonly Node[] | undefined): void {
    const wanted = types && JSON.stringify(types.map((each) => shapeOf(as(each, "TypeName"))));
    this.functions = this.functions.filter(
      (each) => each.name !== name || (wanted !== undefined && typesOf(each.definition) !== wanted),
    );
  }

  /** Records what stores an expression that is computed later, through an operator, a view or a table. */
  private noteKept(node: Node): void {
    const view = as(node, "ViewStmt");
    if (view?.view?.relname) this.behind.set(`view ${view.view.relname}`, callsIn(view.query));
    const created = as(node, "CreateTableAsStmt");
    if (created?.objtype === "OBJECT_MATVIEW" && created.into?.rel?.relname)
      this.behind.set(`view ${created.into.rel.relname}`, callsIn(created.query));
    const table = as(node, "CreateStmt") ?? as(node, "AlterTableStmt");
    if (table?.relation?.relname) {
      const key = `table ${table.relation.relname}`;
      const calls = callsIn("tableElts" in table ? table.tableElts : "cmds" in table ? table.cmds : []);
      this.behind.set(key, [...(this.behind.get(key) ?? []), ...calls]);
    }
    const defined = as(node, "DefineStmt");
    const written =
      defined?.kind === "OBJECT_OPERATOR" ? "operator" : defined?.kind === "OBJECT_AGGREGATE" ? "call" : null;
    const name = strings(defined?.defnames).at(-1) ?? "";
    if (written === "operator" && COMPUTED.has(name)) this.computed.add(name);
    if (written !== null) this.behind.set(`${written} ${name}`, functionsOf(defined?.definition ?? []));
    const cast = as(node, "CreateCastStmt");
    const target = strings(cast?.targettype?.names).at(-1);
    if (cast?.func && target)
      this.behind.set(`cast ${target}`, [{ name: strings(cast.func.objname), as: "call", call: null }]);
  }

  private notePath(node: Node): void {
    const set = as(node, "VariableSetStmt");
    if (set?.kind === "VAR_RESET_ALL" || (set?.name === "search_path" && set.kind !== "VAR_SET_CURRENT"))
      this.path = pathOf(set);
    for (const { funcname, args = [] } of find(node, "FuncCall")) {
      if (strings(funcname).at(-1) !== "set_config") continue;
      const [name, value] = args.map((each) => constantText(each));
      if (name === null || name?.toLowerCase() === "search_path") this.path = value ?? "unknown";
    }
  }
}

/** Statements that read or write rows. */
const ROWS: ReadonlySet<NodeKind> = new Set([
  ...(["SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "CreateTableAsStmt"] as const),
  ...(["RefreshMatViewStmt", "ExplainStmt", "CopyStmt", "DeclareCursorStmt", "CallStmt"] as const),
]);
const ROUTINES: ReadonlySet<string> = new Set(["OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE"]);

/** A name means the same on the path that a session starts with and on `public`. */
function pathOf(set: VariableSetStmt): string {
  const path = (set.args ?? []).map((each) => constantText(each) ?? deparse(each)).join(", ");
  return /^("?\$user"?, )?public$/.test(path) ? "" : path;
}

function settingOf(option: Node): readonly VariableSetStmt[] {
  const { defname, arg } = as(option, "DefElem") ?? {};
  const set = defname === "set" ? as(arg, "VariableSetStmt") : undefined;
  return set ? [set] : [];
}

/** Settings that do not change what a text means. */
const ASIDE =
  /^((lock|statement|idle_in_transaction_session)_timeout|client_min_messages|(maintenance_)?work_mem|timezone|datestyle|intervalstyle|row_security|jit|enable_\w+|log_\w+|plan_cache_mode)$/;

/** Whether a function with these settings reads its body as we do: along the same path, with the same strings. */
function readsAsHere(settings: readonly VariableSetStmt[]): boolean {
  return settings.every(({ kind, name = "", args = [] }) => {
    if (kind === "VAR_SET_CURRENT") return true;
    if (name.toLowerCase() !== "search_path") return ASIDE.test(name.toLowerCase());
    return args.every((each) => ["", "public", "$user", "pg_catalog", "pg_temp"].includes(constantText(each) ?? "?"));
  });
}

function isForeign(options: readonly Node[]): boolean {
  return options.some((option) => {
    const { defname, arg } = as(option, "DefElem") ?? {};
    return defname === "language" && ["c", "internal"].includes((as(arg, "String")?.sval ?? "").toLowerCase());
  });
}

function functionsOf(definition: readonly Node[]): readonly ExecutedCall[] {
  return definition.flatMap((each): ExecutedCall[] => {
    const { defname = "", arg } = as(each, "DefElem") ?? {};
    const name = strings(as(arg, "TypeName")?.names ?? as(arg, "List")?.items);
    return /^(function|procedure|sfunc|finalfunc|combinefunc)$/.test(defname) ? [{ name, as: "call", call: null }] : [];
  });
}

/** Whether a function can be called as `row.name`: it takes one value, of a type that is not built in. */
function takesRow({ node }: ParsedStatement): boolean {
  const parameters = as(node, "CreateFunctionStmt")?.parameters ?? [];
  const given = parameters.flatMap((item) => {
    const { mode, argType } = as(item, "FunctionParameter") ?? {};
    return mode === "FUNC_PARAM_OUT" || mode === "FUNC_PARAM_TABLE" ? [] : [argType];
  });
  const [only] = given;
  return (
    given.length === 1 && strings(only?.names)[0] !== "pg_catalog" && !SCALARS.test(strings(only?.names).at(-1) ?? "")
  );
}

const SCALARS =
  /^(text|name|json|jsonb|uuid|date|bytea|inet|cidr|macaddr8?|xml|oid|reg\w+|void|money|t[sid]\w*range|int[48]range)$/;

function sameTypes(a: ParsedStatement, b: ParsedStatement): boolean {
  return typesOf(a) === typesOf(b);
}

/** What distinguishes a function from its overloads: its parameters' types. */
function typesOf({ node }: ParsedStatement): string {
  const { parameters = [] } = as(node, "CreateFunctionStmt") ?? {};
  const types = parameters.flatMap((item) => {
    const { mode, argType } = as(item, "FunctionParameter") ?? {};
    return mode === "FUNC_PARAM_OUT" || mode === "FUNC_PARAM_TABLE" ? [] : [shapeOf(argType)];
  });
  return JSON.stringify(types);
}

function shapeOf(type: TypeName | undefined): readonly unknown[] {
  return [strings(type?.names).at(-1), (type?.arrayBounds ?? []).length];
}
