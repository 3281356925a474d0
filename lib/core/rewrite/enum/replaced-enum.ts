import type { AlterTableCmd, CreateEnumStmt, Node, RangeVar } from "libpg-query";
import type { CatalogObject } from "../../catalog/catalog.js";
import { partsKey, rangeKey } from "../../lint/known/key.js";
import type { LintScript } from "../../lint/lint-statement.js";
import { typeFromText } from "../../postgres/column-type.js";
import { treeAlone } from "../../sql/parse.js";
import { allCommands, as, listItems, strings } from "../../sql/tree.js";
import type { RewriteContext } from "../kind.js";
import { refOf } from "../support/table-of.js";

/** One of the two types, whatever the migration calls it at a moment. */
type Side = "old" | "made";

/** Which of the two a name means at a moment. */
export type Meaning = (parts: readonly string[]) => Side | null;

/** A command about a column, and what the names of types in it mean. */
interface Said {
  readonly table: RangeVar;
  readonly command: AlterTableCmd;
  readonly at: number;
  readonly meaning: Meaning;
}

/** A column that gets the new type. `sets`: the last command about its default, if there is one. */
export interface RetypedColumn extends Said {
  readonly sets: Said | null;
}

/** An enum whose columns get another one that the migration makes: the only way to remove a value. */
export interface ReplacedEnum {
  readonly old: CatalogObject;
  readonly create: CreateEnumStmt;
  /** The names that the two end with; the old one's where it is not dropped. */
  readonly made: readonly string[];
  readonly aside: readonly string[] | null;
  readonly dropped: "no" | "yes" | "cascade";
  /** In the order of the text. */
  readonly columns: readonly RetypedColumn[];
  /** Places of the statements about the types themselves. */
  readonly statements: readonly number[];
}

interface Followed {
  readonly object: CatalogObject | null;
  readonly create: CreateEnumStmt | null;
  name: readonly string[];
  renamed: boolean;
  dropped: ReplacedEnum["dropped"];
  readonly statements: number[];
}

const found = new WeakMap<LintScript, readonly ReplacedEnum[]>();

/** The enums that a migration replaces. */
export function replacedEnums(script: LintScript, context: RewriteContext): readonly ReplacedEnum[] {
  const known = found.get(script);
  if (known) return known;
  const isAny = script.statements.some(({ sql }) => /\bcreate\s+type\b/i.test(sql));
  const replaced = isAny ? new Follower(context).replaced(script) : [];
  found.set(script, replaced);
  return replaced;
}

/** Follows the names of enums through a migration. */
class Follower {
  private readonly types: Followed[];
  private readonly named = new Map<string, Followed>();
  private readonly retyped: (Said & { readonly was: Followed; readonly is: Followed })[] = [];
  private readonly defaults: (Omit<Said, "meaning"> & { readonly named: ReadonlyMap<string, Followed> })[] = [];

  constructor(private readonly context: RewriteContext) {
    this.types = context.before
      .all("type")
      .filter(({ attributes }) => attributes.form === "enum")
      .map((object) => followed([object.id.schema ?? "public", object.id.name], object, null));
    for (const type of this.types) this.named.set(partsKey(type.name), type);
  }

  replaced({ statements }: LintScript): readonly ReplacedEnum[] {
    for (const { sql, index } of statements) {
      const tree = /\btype\b|\bdefault\b/i.test(sql) ? treeAlone(sql) : null;
      if (tree) this.follow(tree, index);
    }
    return this.types.flatMap((is) => this.pairOf(is) ?? []);
  }

  /** Null for a type that takes nothing over, or from more than one. */
  private pairOf(is: Followed): ReplacedEnum | null {
    const own = this.retyped.filter((each) => each.is === is);
    const was = own[0]?.was;
    const isOnly = this.retyped.every((each) => (each.was === was) === (each.is === is));
    if (!is.create || !was?.object || !isOnly || !(was.renamed || is.renamed || was.dropped !== "no")) return null;
    return {
      old: was.object,
      create: is.create,
      made: is.name,
      aside: was.renamed ? was.name : null,
      dropped: was.dropped,
      columns: own.map((each) => ({ ...each, sets: this.lastDefault(each) })),
      statements: [...was.statements, ...is.statements],
    };
  }

  private lastDefault(column: Said & { readonly was: Followed; readonly is: Followed }): Said | null {
    const last = this.defaults.findLast((each) => isSameColumn(each, column));
    return last ? { ...last, meaning: meaningIn(last.named, column.was, column.is) } : null;
  }

  private follow(tree: Node, at: number): void {
    const create = as(tree, "CreateEnumStmt");
    if (create) {
      const made = followed(strings(create.typeName), null, create);
      made.statements.push(at);
      this.types.push(made);
      this.named.set(partsKey(made.name), made);
    }
    const rename = as(tree, "RenameStmt");
    if (rename?.renameType === "OBJECT_TYPE") this.rename(strings(listItems(rename.object)), rename.newname ?? "", at);
    const drop = as(tree, "DropStmt");
    for (const object of drop?.removeType === "OBJECT_TYPE" ? (drop.objects ?? []) : []) {
      const type = this.take(strings(as(object, "TypeName")?.names), at);
      if (type) type.dropped = drop?.behavior === "DROP_CASCADE" ? "cascade" : "yes";
    }
    for (const { table, command } of allCommands(tree)) this.alter({ table, command, at });
  }

  private rename(parts: readonly string[], newname: string, at: number): void {
    const type = this.take(parts, at);
    if (!type) return;
    type.name = [...parts.slice(0, -1), newname];
    type.renamed = true;
    this.named.set(partsKey(type.name), type);
  }

  /** The type of a name, which is free from then on. */
  private take(parts: readonly string[], at: number): Followed | undefined {
    const type = this.named.get(partsKey(parts));
    this.named.delete(partsKey(parts));
    type?.statements.push(at);
    return type;
  }

  private alter(said: Omit<Said, "meaning">): void {
    const { table, command } = said;
    if (command.subtype === "AT_ColumnDefault") this.defaults.push({ ...said, named: new Map(this.named) });
    if (command.subtype !== "AT_AlterColumnType") return;
    const { before } = this.context;
    const is = this.named.get(partsKey(strings(as(command.def, "ColumnDef")?.typeName?.names)));
    const column = before.column(refOf(table, this.context), command.name ?? "");
    const key = column && partsKey(typeFromText(column.attributes.type).name.replaceAll('"', "").split("."));
    const was = this.types.find(({ object }) => object && partsKey([object.id.schema ?? "", object.id.name]) === key);
    if (is?.create && was) this.retyped.push({ ...said, was, is, meaning: meaningIn(new Map(this.named), was, is) });
  }
}

function followed(name: readonly string[], object: CatalogObject | null, create: CreateEnumStmt | null): Followed {
  return { object, create, name, renamed: false, dropped: "no", statements: [] };
}

function meaningIn(named: ReadonlyMap<string, Followed>, was: Followed, is: Followed): Meaning {
  return (parts) => {
    const type = named.get(partsKey(parts));
    return type === undefined ? null : type === was ? "old" : type === is ? "made" : null;
  };
}

export function isSameColumn(
  a: { readonly table: RangeVar; readonly command: AlterTableCmd },
  b: { readonly table: RangeVar; readonly command: AlterTableCmd },
): boolean {
  return rangeKey(a.table) === rangeKey(b.table) && a.command.name === b.command.name;
}
