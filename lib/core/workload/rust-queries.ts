import type { SourceFile } from "../migration/source-file.js";
import { crateWith, parsedFile } from "../rust/parsed-file.js";
import { pathOf } from "../rust/syntax/items.js";
import { stringValue } from "../rust/syntax/literals.js";
import type { RustNode } from "../rust/syntax/rust-node.js";
import { dieselQueries } from "./builders/diesel-queries.js";
import { type DieselSchema, dieselSchema } from "./builders/diesel-schema.js";
import { Entities } from "./builders/sea-orm-entities.js";
import { seaOrmQueries } from "./builders/sea-orm-queries.js";
import { readQuery, relationCount } from "./read-query.js";
import type { Found } from "./workload.js";

/** sqlx's macros, and their siblings that check nothing or return scalars. */
const MACROS = /^query(_as|_scalar)?(_unchecked)?$/;
const FILE_MACROS = /^query_file(_as|_scalar)?(_unchecked)?$/;
/** Functions and methods of sqlx, diesel, SeaORM, tokio-postgres and the pools around them that take SQL. */
const CALLS =
  /^(query|query_as|query_scalar|query_with|query_as_with|query_scalar_with|raw_sql|sql_query|query_one|query_opt|query_raw|query_typed|execute|execute_raw|prepare|prepare_cached|prepare_typed|simple_query|batch_execute|fetch|fetch_one|fetch_all|fetch_optional|fetch_many|from_string|from_sql_and_values)$/;
const BUILDERS = /^(QueryBuilder::new|QueryBuilder::with_arguments|format|format_args|formatcp|concat)$/;
const BEGINS = /^\s*(?:--[^\n]*\n\s*)*(?:\(\s*)*(select|insert|update|delete|with|merge)\s/i;
const MENTIONS = /\b(select|insert|update|delete|with|merge)\b|query_file/i;
const SEA_ORM = /\bsea_orm\b|\bEntityTrait\b|\bEntity::/;
const BEHAVIOUR = /\bActiveModelBehavior\b/;
const MIGRATION = /\bimpl\s+MigrationTrait\s+for\b/;
const QUERY_BUILDERS: readonly (readonly [RegExp, string])[] = [
  [/\bdiesel::(?!sql_query|table!)/, "diesel"],
  [SEA_ORM, "SeaORM"],
];

/** The SQL that a Rust file sends: in sqlx's macros, in calls that take SQL, in constants, and through a query builder. */
export function readRustQueries(
  file: SourceFile,
  version: string | null,
  others: readonly SourceFile[],
): readonly Found[] {
  // A migration's queries run with its release, not in any version of the application.
  if (MIGRATION.test(file.text)) return [];
  const builders = QUERY_BUILDERS.filter(([pattern]) => pattern.test(file.text)).map(([, name]) => name);
  if (builders.length === 0 && !MENTIONS.test(file.text)) return [];
  const { root, error } = parsedFile(file);
  const reader = new Reader(file, version, others);
  reader.visit(root);
  for (const name of builders) reader.built(name, root);
  if (error && reader.found.length === 0) return [{ reason: "unreadable", place: file.path, calls: null }];
  return reader.found;
}

const schemas = new WeakMap<readonly SourceFile[], DieselSchema>();

function schemaOf(files: readonly SourceFile[]): DieselSchema {
  const known = schemas.get(files);
  if (known) return known;
  const made = dieselSchema(
    files.filter(({ path, text }) => path.endsWith(".rs") && MAPS.test(text)).map((file) => parsedFile(file).root),
  );
  schemas.set(files, made);
  return made;
}

const MAPS = /\btable!|\bjoinable!|\b(Insertable|AsChangeset|Selectable|Identifiable)\b/;

const mapped = new WeakMap<readonly SourceFile[], Entities>();

function entitiesOf(files: readonly SourceFile[]): Entities {
  const known = mapped.get(files);
  if (known) return known;
  // What an entity overrides may be in a file that does not otherwise name SeaORM.
  const made = new Entities(crateWith(files, ({ text }) => SEA_ORM.test(text) || BEHAVIOUR.test(text)));
  mapped.set(files, made);
  return made;
}

class Reader {
  readonly found: Found[] = [];

  constructor(
    private readonly file: SourceFile,
    private readonly version: string | null,
    private readonly others: readonly SourceFile[],
  ) {}

  visit(node: RustNode): void {
    if (isOnlyForTests(node)) return;
    if (node.type === "macro_invocation") this.macro(node);
    else if (node.type === "call_expression") this.call(node);
    else if (node.type === "const_item" || node.type === "static_item") this.constant(node);
    for (const [at, child] of node.children.entries()) {
      const attribute = node.children[at - 1];
      if (attribute?.type === "attribute_item" && /cfg\s*\(\s*test\s*\)/.test(attribute.text)) continue;
      this.visit(child);
    }
  }

  /** What a query builder sends; what cannot be told is counted by its place. */
  built(name: string, root: RustNode): void {
    const queries =
      name === "diesel" ? dieselQueries(root, schemaOf(this.others)) : seaOrmQueries(root, entitiesOf(this.others));
    for (const { text, node } of queries) {
      if (text !== null) this.add(text, node);
      else this.found.push({ reason: "query-builder", place: `${this.place(node)} (${name})`, calls: null });
    }
  }

  private macro(node: RustNode): void {
    const tree = node.child("token_tree");
    if (tree && !this.named(pathOf(node.field("macro")).at(-1) ?? "", tree)) this.within(tree);
  }

  /** A macro that takes SQL, or assembles it; false for any other. */
  private named(name: string, tree: RustNode): boolean {
    const literals = leadingLiterals(tree);
    const [first] = literals;
    if (!first) return false;
    const text = literals.map(stringValue).join("");
    if (MACROS.test(name)) this.add(text, first);
    else if (FILE_MACROS.test(name)) this.fromFile(text, first);
    else if (BUILDERS.test(name)) this.builtAtRunTime(text, first);
    else return false;
    return true;
  }

  /** Arguments of other macros are tokens: a call in them is a name followed by a group. */
  private within(tree: RustNode): void {
    for (const [at, token] of tree.children.entries()) {
      if (token.type !== "token_tree") continue;
      const name = tree.children[at - 1]?.type === "identifier" ? (tree.children[at - 1]?.text ?? "") : "";
      const [first] = leadingLiterals(token);
      if (this.named(name, token)) continue;
      if (first && CALLS.test(name) && BEGINS.test(stringValue(first))) this.add(stringValue(first), first);
      else this.within(token);
    }
  }

  private call(node: RustNode): void {
    const callee = node.field("function");
    const name = (callee?.type === "generic_function" ? callee.field("function") : callee) ?? null;
    const path = name?.type === "field_expression" ? [name.field("field")?.text ?? ""] : pathOf(name);
    const argument = node.field("arguments")?.plain.map(withoutReference).find(isLiteral);
    if (!argument) return;
    const text = stringValue(argument);
    if (BUILDERS.test(path.slice(-2).join("::"))) this.builtAtRunTime(text, argument);
    else if (CALLS.test(path.at(-1) ?? "") && BEGINS.test(text)) this.add(text, argument);
  }

  private constant(node: RustNode): void {
    const value = node.field("value");
    if (!value || !isLiteral(value)) return;
    const text = stringValue(value);
    if (BEGINS.test(text) && relationCount(text) > 0) this.add(text, value);
  }

  private add(text: string, node: RustNode): void {
    this.found.push(readQuery({ text, version: this.version, source: { kind: "rust", place: this.place(node) } }));
  }

  private fromFile(path: string, node: RustNode): void {
    const wanted = path.replace(/^(\.\/)+/, "");
    const file = this.others.find((each) => each.path === wanted || each.path.endsWith(`/${wanted}`));
    if (file)
      this.found.push(
        readQuery({ text: file.text, version: this.version, source: { kind: "rust", place: file.path } }),
      );
    else this.found.push({ reason: "unreadable", place: `${this.place(node)} (${path})`, calls: null });
  }

  private builtAtRunTime(text: string, node: RustNode): void {
    if (BEGINS.test(text)) this.found.push({ reason: "built-at-run-time", place: this.place(node), calls: null });
  }

  private place(node: RustNode): string {
    return `${this.file.path}:${node.span.line}`;
  }
}

function isLiteral(node: RustNode): boolean {
  return node.type === "string_literal" || node.type === "raw_string_literal";
}

function withoutReference(node: RustNode): RustNode {
  return node.type === "reference_expression" ? (node.field("value") ?? node) : node;
}

function isOnlyForTests(node: RustNode): boolean {
  return node.type === "mod_item" && node.field("name")?.text === "tests";
}

/** The first texts of a macro's arguments that are joined by `+`. */
function leadingLiterals(tree: RustNode): readonly RustNode[] {
  const at = tree.children.findIndex(isLiteral);
  if (at < 0) return [];
  const literals: RustNode[] = [];
  for (const node of tree.children.slice(at)) {
    const before = literals.at(-1);
    if (!isLiteral(node)) break;
    if (before && node.source.text.slice(before.end, node.start).trim() !== "+") break;
    literals.push(node);
  }
  return literals;
}
