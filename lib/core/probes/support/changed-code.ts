import type { Catalog, CatalogObject } from "../../catalog/catalog.js";
import { textsOf } from "../../catalog/repair/uses.js";
import { isUnfollowed, type Keeping, type Operation, type Unfollowed } from "../../operations/index.js";
import { parentNamed } from "../../operations/kinds/set-table-option.js";
import { builtInVolatility } from "../../postgres/functions.js";
import type { ReleaseState } from "../state/release-state.js";

/** Another of these, for a type of the release's own, does not affect the existing ones. */
export const COMMON_OPERATORS: ReadonlySet<string> = new Set([
  ...["=", "<>", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "||", "&&", "@>"],
]);

/** What an expression can name, and what it can be built from. */
const CODE: ReadonlySet<string> = new Set([
  ...["function", "procedure", "aggregate", "operator", "collation", "type", "domain", "cast", "text search"],
]);
const RELATIONS: ReadonlySet<string> = new Set(["table", "view", "materialized view", "foreign table", "sequence"]);

/** The names of functions, operators, types and the like whose definition during the release cannot be predicted. */
export class ChangedCode {
  private readonly changed = new Set<string>();
  private readonly relations = new Set<string>();
  private readonly elsewhere = new Set<string>();
  private meaning: string | null = null;
  private readonly texts: readonly { readonly object: CatalogObject; readonly text: string }[];

  constructor(catalog: Catalog) {
    this.texts = catalog.objects.flatMap((object) => {
      if (!CODE.has(object.kind) && !RELATIONS.has(object.kind)) return [];
      return [{ object, text: textsOf(object, false).join("\n") }];
    });
  }

  has(name: string): boolean {
    return this.changed.has(name);
  }

  /** Whether a table that a statement names without a schema may be one in another schema. */
  isElsewhere(table: string): boolean {
    return this.elsewhere.has(table);
  }

  /** A setting of the release that changes what conversions and comparisons mean. */
  get setting(): string | null {
    return this.meaning;
  }

  /** Records what an operation creates or changes between two states of the release. */
  note(operation: Operation, before: ReleaseState, after: ReleaseState): void {
    if (looksElsewhere(operation)) this.noteAmbiguous();
    if (operation.kind === "session-setting") {
      if (operation.name.includes(".")) this.noteUses(operation.name);
      if (MEANING.has(operation.name.toLowerCase()) && operation.value !== null) this.meaning = operation.name;
    }
    for (const name of codeChanged(operation)) if (!this.keepsMeaning(operation, name)) this.noteCode(name);
    if ("objectKind" in operation && operation.objectKind === "cast") this.noteCast(operation.statement.sql);
    for (const name of relationsChanged(operation, before, after)) this.noteRelation(name);
  }

  /** Another owner changes what code does only where it runs with the owner's rights. */
  private keepsMeaning(operation: Operation, name: string): boolean {
    if (operation.kind !== "alter-object" || operation.what !== "owner") return false;
    return !this.texts.some(({ object, text }) => object.id.name === name && text.includes("SECURITY DEFINER"));
  }

  /** With what is built on it: functions that call it, operators and casts that use these, domains that check with them. */
  private noteCode(name: string): void {
    if (this.changed.has(name)) return;
    this.changed.add(name);
    if (!COMMON_OPERATORS.has(name)) this.noteUses(name.replace(/^'(.*)'$/s, "$1"));
  }

  /** The types that it converts between, as far as they are the tenant's. */
  private noteCast(sql: string): void {
    for (const { object } of this.texts)
      if (["type", "domain"].includes(object.kind) && mentionOf(object.id.name)(sql)) this.noteCode(object.id.name);
  }

  /** Functions may read it, directly or through views. */
  private noteRelation(name: string): void {
    if (this.relations.has(name)) return;
    this.relations.add(name);
    this.noteUses(name);
  }

  private noteUses(name: string): void {
    const mentions = mentionOf(name);
    for (const { object, text } of this.texts) {
      const { kind, id } = object;
      if (!mentions(text) && !(kind === "function" && COMPOSES.test(text))) continue;
      if (RELATIONS.has(kind)) {
        if (kind.endsWith("view")) this.noteRelation(id.name);
      } else if (kind === "cast")
        for (const type of id.name.split(" AS ").filter((each) => !each.startsWith("pg_catalog.")))
          this.noteCode(lastPart(type));
      else this.noteCode(kind === "text search" ? textName(id.name) : id.name);
    }
  }

  /** Under another search_path, a name that several schemas have means a different one of them. */
  private noteAmbiguous(): void {
    const schemas = new Map<string, { readonly object: CatalogObject; readonly homes: Set<string> }>();
    for (const { object } of this.texts) {
      const { kind, id } = object;
      if (kind === "cast") continue;
      const key = `${RELATIONS.has(kind) ? "relation" : kind} ${id.name}`;
      const known = schemas.get(key) ?? { object, homes: new Set<string>() };
      known.homes.add(id.schema ?? "");
      if (kind === "function" && builtInVolatility(id.name) !== null) known.homes.add("pg_catalog");
      schemas.set(key, known);
    }
    for (const { object, homes } of schemas.values()) {
      if (homes.size < 2) continue;
      if (RELATIONS.has(object.kind)) {
        this.elsewhere.add(object.id.name);
        this.noteRelation(object.id.name);
      } else this.noteCode(object.id.name);
    }
  }
}

/** Code that assembles statements may use anything. */
const COMPOSES = /\bexecute\b/i;

/** Settings that change how the server reads a text or an expression. */
const MEANING: ReadonlySet<string> = new Set([
  ...[
    "datestyle",
    "intervalstyle",
    "lc_monetary",
    "transform_null_equals",
    "array_nulls",
    "default_text_search_config",
  ],
]);

function codeChanged(operation: Operation): readonly string[] {
  switch (operation.kind) {
    case "create-object":
    case "alter-object":
    case "drop-object":
    case "set-schema":
      return CODE.has(operation.objectKind) ? namesOf(operation.objectKind, operation.name.name) : [];
    case "rename-object":
      return CODE.has(operation.objectKind)
        ? [operation.name.name, operation.to].flatMap((name) => namesOf(operation.objectKind, name))
        : [];
    case "alter-domain":
      return [operation.domain.name];
    default:
      operation satisfies Keeping<"code"> | Unfollowed;
      return [];
  }
}

/** A text names a text search configuration. */
function namesOf(kind: string, name: string): readonly string[] {
  return kind === "text search" ? [textName(name)] : [name];
}

/** The name that represents everything a text may look up. */
export function textName(text: string): string {
  return `'${text.slice(text.lastIndexOf(".") + 1)}'`;
}

function relationsChanged(operation: Operation, before: ReleaseState, after: ReleaseState): readonly string[] {
  if (isUnfollowed(operation)) return tablesChanged(before, after);
  switch (operation.kind) {
    case "write-rows":
    case "truncate":
    case "query":
      return tablesChanged(before, after);
    case "refresh-view":
    case "create-object":
    case "alter-object":
    case "drop-object":
    case "set-schema":
      return "objectKind" in operation && !RELATIONS.has(operation.objectKind) ? [] : nameIn(operation);
    case "rename-object":
      return RELATIONS.has(operation.objectKind) ? [operation.name.name, operation.to] : [];
    case "rename-table":
      return [...nameIn(operation), operation.to];
    case "create-table":
    case "create-table-as":
    case "drop-table":
    case "drop-column":
    case "rename-column":
    case "alter-column-type":
    case "set-expression":
      return nameIn(operation);
    case "attach-partition":
    case "detach-partition":
      return [operation.parent.name];
    case "set-table-option": {
      const parent = parentNamed(operation);
      return parent ? [parent.name] : [];
    }
    // They do not change the values of the rows that a function reads.
    case "add-column":
    case "add-constraint":
    case "alter-domain":
    case "create-index":
    case "drop-constraint":
    case "drop-index":
    case "drop-not-null":
    case "rename-constraint":
    case "set-default":
    case "set-not-null":
      return [];
    default:
      operation satisfies Keeping<"tables" | "code">;
      return [];
  }
}

function tablesChanged(before: ReleaseState, after: ReleaseState): readonly string[] {
  const were = new Set(before.all());
  return after.all().flatMap((table) => (were.has(table) ? [] : [table.name.name]));
}

function nameIn(operation: Operation): readonly string[] {
  const { table, name, view } = operation as {
    readonly table?: { readonly name: string } | null;
    readonly name?: { readonly name: string } | string | null;
    readonly view?: { readonly name: string } | null;
  };
  const found = table ?? view ?? (typeof name === "object" ? name : null);
  return found ? [found.name] : [];
}

function looksElsewhere(operation: Operation): boolean {
  if (operation.kind === "session-setting")
    return /^(search_path|all|role|session authorization)$/i.test(operation.name);
  return operation.kind === "query" && /\bset_config\b[^;]*\bsearch_path\b/i.test(operation.statement.sql);
}

/** The name without its schema. */
export function lastPart(name: string): string {
  return (
    /(?:^|\.)(?:"((?:[^"]|"")*)"|([^".]*))$/
      .exec(name)
      ?.slice(1)
      .find((part) => part !== undefined) ?? name
  ).replaceAll('""', '"');
}

/** Whether a text names it, as a whole word if it is a word. */
export function mentionOf(name: string): (text: string) => boolean {
  if (!/^[\w$]+$/.test(name)) return (text) => text.includes(name);
  const word = new RegExp(`(?<![\\w$])${name.replaceAll("$", "\\$")}(?![\\w$])`, "i");
  return (text) => word.test(text);
}
