import type { Json } from "../../json.js";
import type { CatalogObject, ConstraintObject, IndexObject, ObjectKind } from "../catalog.js";
import { type CatalogIndex, objectKey } from "../lookup.js";

export function keyOf({ kind, id }: Pick<CatalogObject, "kind" | "id">): string {
  return objectKey(kind, id);
}

/** What each object of a catalog depends on, as far as the server's own texts tell. */
export class Uses {
  private readonly named = new Map<string, string[]>();
  private readonly found = new Map<string, ReadonlySet<string>>();
  private readonly words = new Map<string, ReadonlySet<string>>();
  private readonly userMaps = new Map<boolean, ReadonlyMap<string, readonly CatalogObject[]>>();
  /** By the key of their table or view. */
  private readonly columnsOf = new Map<string, CatalogObject[]>();

  constructor(readonly index: CatalogIndex) {
    for (const object of index.catalog.objects) {
      const { kind, id } = object;
      if (kind === "column") this.addColumn(object);
      // A trigger, rule or policy may have its function's name, and nothing uses it.
      if (id.table !== undefined) continue;
      const name = kind === "schema" ? schemaName(id.name) : pairName(id.schema ?? "", id.name);
      const list = this.named.get(name);
      if (list) list.push(keyOf(object));
      else this.named.set(name, [keyOf(object)]);
    }
  }

  private addColumn(column: CatalogObject): void {
    const { schema = "", table = "" } = column.id;
    for (const kind of TABLES) {
      const key = objectKey(kind, { schema, name: table });
      if (this.index.get(kind, { schema, name: table }))
        this.columnsOf.set(key, [...(this.columnsOf.get(key) ?? []), column]);
    }
  }

  /** Keys of what the object names or is attached to; `hard`: without what only a function's body names, which the server does not check. */
  of(object: CatalogObject, hard = false): ReadonlySet<string> {
    const key = `${hard} ${keyOf(object)}`;
    const known = this.found.get(key);
    if (known) return known;
    const uses = new Set<string>();
    // A relation and a function of the same name do not refer to each other by it.
    const own = object.id.table === undefined ? pairName(object.id.schema ?? "", object.id.name) : null;
    for (const name of namesIn(textsOf(object, hard)))
      if (name !== own) for (const each of this.named.get(name) ?? []) uses.add(each);
    for (const each of this.structure(object)) uses.add(each);
    uses.delete(keyOf(object));
    this.found.set(key, uses);
    return uses;
  }

  /** Whether an object mentions a column, of its own table or of one that it names. */
  speaksOfColumn(object: CatalogObject, column: CatalogObject): boolean {
    const { schema = "", table = "", name } = column.id;
    const own = object.id.schema === schema && object.id.table === table;
    if (!own && !TABLES.some((kind) => this.of(object, true).has(objectKey(kind, { schema, name: table }))))
      return false;
    if (keyOf(object) === keyOf(column)) return false;
    return isWord(name) ? this.wordsOf(object).has(name) : textsOf(object, true).some((text) => text.includes(name));
  }

  /** Every word of its texts, in quotes or not. */
  private wordsOf(object: CatalogObject): ReadonlySet<string> {
    const key = keyOf(object);
    const known = this.words.get(key);
    if (known) return known;
    const words = new Set(textsOf(object, true).flatMap((text) => text.match(WORDS) ?? []));
    this.words.set(key, words);
    return words;
  }

  /** The same with the columns that it mentions. */
  withColumns(object: CatalogObject): readonly string[] {
    const uses = [...this.of(object)];
    const tables = uses.flatMap((key) => this.columnsOf.get(key) ?? []);
    return [...uses, ...tables.filter((column) => this.speaksOfColumn(object, column)).map(keyOf)];
  }

  /** What uses an object and is not attached to it, in the catalog's order. */
  users(object: CatalogObject, hard = false): readonly CatalogObject[] {
    if (object.kind === "column") {
      const { schema = "", table = "" } = object.id;
      const near = TABLES.flatMap((kind) => this.reversed(hard).get(objectKey(kind, { schema, name: table })) ?? []);
      return [...new Set(near)].filter((user) => this.speaksOfColumn(user, object));
    }
    return (this.reversed(hard).get(keyOf(object)) ?? []).filter((user) => !standsOn(user, object));
  }

  private reversed(hard: boolean): ReadonlyMap<string, readonly CatalogObject[]> {
    const known = this.userMaps.get(hard);
    if (known) return known;
    const users = new Map<string, CatalogObject[]>();
    for (const object of this.index.catalog.objects)
      for (const key of this.of(object, hard)) {
        const list = users.get(key);
        if (list) list.push(object);
        else users.set(key, [object]);
      }
    this.userMaps.set(hard, users);
    return users;
  }

  private *structure(object: CatalogObject): Generator<string> {
    const { schema = "", table } = object.id;
    if (table !== undefined) for (const kind of TABLES) yield objectKey(kind, { schema, name: table });
    if (object.id.schema !== undefined && this.index.get("schema", { name: schema }))
      yield objectKey("schema", { name: schema });
    if (object.kind === "extension") yield objectKey("schema", { name: String(object.attributes.schema) });
    if (object.kind === "index" && typeof object.attributes.attachedTo === "string")
      for (const { id } of this.index.indexesNamed(plain(object.attributes.attachedTo.match(PARTS)?.at(-1) ?? "")))
        yield objectKey("index", id);
    if (object.kind !== "constraint" || object.attributes.references === null) return;
    const { references } = object.attributes;
    const target = { schema: references.schema, name: references.table };
    yield objectKey("table", target);
    for (const each of [...this.index.constraints(target), ...this.index.indexes(target)])
      if (isKeyOf(each, references.columns)) yield keyOf(each);
  }
}

/** It is dropped and created with that object. */
function standsOn(part: CatalogObject, whole: CatalogObject): boolean {
  return part.id.schema === whole.id.schema && part.id.table === whole.id.name && whole.id.table === undefined;
}

const TABLES: readonly ObjectKind[] = ["table", "view", "materialized view"];

function isKeyOf(object: ConstraintObject | IndexObject, columns: readonly string[]): boolean {
  const own =
    object.kind === "constraint"
      ? "pu".includes(object.attributes.type) && object.attributes.columns
      : object.attributes.unique && object.attributes.constraint === null && object.attributes.keys;
  return own !== false && [...own].map(plain).sort().join("\0") === [...columns].sort().join("\0");
}

/** Not a text of the server's about the object itself. */
const ASIDE: ReadonlySet<string> = new Set(["comment", "owner", "privileges"]);

/** What the server says about an object in words; `hard`: without a function's body. */
export function textsOf(object: CatalogObject, hard: boolean): readonly string[] {
  const { definition, attributes, kind } = object;
  const text = kind === "function" && hard ? withoutBody(definition ?? "") : (definition ?? "");
  const others = Object.entries(attributes).filter(
    ([name]) => !ASIDE.has(name) && !(kind === "function" && name === "source"),
  );
  return [text, ...others.flatMap(([, value]) => strings(value))];
}

/** The server checks a body in its own syntax, but not one that is a string. */
function withoutBody(definition: string): string {
  const at = definition.search(/\nAS (?:\$|'|E')/);
  return at === -1 ? definition : definition.slice(0, at);
}

function strings(value: Json): string[] {
  if (typeof value === "string") return [value];
  if (value === null || typeof value !== "object") return [];
  return Object.values(value).flatMap(strings);
}

const PART = String.raw`"(?:[^"]|"")+"|[\p{L}_$][\p{L}\p{N}_$]*`;
const PARTS = new RegExp(PART, "gu");
/** One name, one dot, one operator, or one other sign: each token of a text is read once, so that a long body costs no more than its length. */
const TOKENS = new RegExp(`(${PART})|(\\.)|([-+*/<>=~!@#%^&|\`?]+)|[\\s\\S]`, "gu");
const WORDS = /[\p{L}\p{N}_$]+/gu;

function isWord(name: string): boolean {
  return /^[\p{L}\p{N}_$]+$/u.test(name);
}

/** Names with a schema, as pairs of their parts, and the schemas by themselves. */
function namesIn(texts: readonly string[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const text of texts) {
    if (!text.includes(".")) continue;
    let before: string | null = null;
    let first = true;
    let dot = false;
    for (const [, part, point, operator] of text.matchAll(TOKENS)) {
      const name = part === undefined ? operator : plain(part);
      if (name !== undefined && dot && before !== null) {
        names.add(pairName(before, name));
        if (first) names.add(schemaName(before));
      }
      if (part !== undefined && name !== undefined) {
        first = !(dot && before !== null);
        before = name;
        dot = false;
      } else if (point !== undefined && before !== null && !dot) dot = true;
      else {
        before = null;
        dot = false;
      }
    }
  }
  return names;
}

function plain(part: string): string {
  return part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part;
}

function pairName(schema: string, name: string): string {
  return JSON.stringify([schema, name]);
}

function schemaName(name: string): string {
  return JSON.stringify([name]);
}
