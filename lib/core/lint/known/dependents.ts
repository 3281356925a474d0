import type { ColumnType } from "../../postgres/column-type.js";
import type { LintStatement } from "../lint-statement.js";
import type { Uses } from "./uses.js";

export interface OutputColumn {
  readonly name: string;
  /** Null when it is unknown. */
  readonly type: ColumnType | null;
}

export type DependentKind =
  | "view"
  | "materialized view"
  | "rule"
  | "policy"
  | "trigger"
  | "generated column"
  | "function"
  | "publication";

/** An object whose definition names columns, so that the server keeps them as they are. */
export interface Dependent {
  readonly kind: DependentKind;
  /** Its own name; a function's includes its arguments. Unique with kind and table. */
  readonly key: string;
  /** The key of the table or view that it is on and goes with. */
  readonly on: string | null;
  readonly uses: Uses;
  /** A view's outputs, in order; null when they are not known. */
  readonly outputs: readonly OutputColumn[] | null;
  readonly addedBy: LintStatement | null;
}

const VIEWS: ReadonlySet<DependentKind> = new Set(["view", "materialized view"]);

/** What is on tables and columns at one point of the chain of files. */
export class Dependents {
  private readonly all = new Map<string, Dependent>();

  get(kind: DependentKind, key: string, on: string | null = null): Dependent | undefined {
    return this.all.get(idOf({ kind, key, on }));
  }

  add(dependent: Dependent): void {
    this.all.set(idOf(dependent), dependent);
  }

  drop(kind: DependentKind, key: string, on: string | null = null): void {
    this.all.delete(idOf({ kind, key, on }));
  }

  /** Functions of one name with any arguments, or a publication with any tables. */
  dropNamed(kind: "function" | "publication", name: string): void {
    for (const [id, each] of this.all) if (each.kind === kind && each.key.split("(")[0] === name) this.all.delete(id);
  }

  /** Whether a table has a rule. */
  hasRule(table: string): boolean {
    return [...this.all.values()].some(({ kind, on }) => kind === "rule" && on === table);
  }

  ofColumn(table: string, column: string): readonly Dependent[] {
    return [...this.all.values()].filter(({ uses }) => uses.get(table)?.has(column) === true);
  }

  /** Those that read a table or view, except what is on it and goes with it. */
  ofTable(table: string): readonly Dependent[] {
    return [...this.all.values()].filter(({ uses, on }) => on !== table && uses.has(table));
  }

  /** Drops what CASCADE drops with a column or, without one, with a table or view: its readers, and their readers. */
  cascade(table: string, column?: string): void {
    const found = column === undefined ? this.ofTable(table) : this.ofColumn(table, column);
    this.leave(found);
    if (column === undefined) this.goWith(table);
  }

  /** What is on a table or view goes with it. */
  goWith(table: string): void {
    this.leave([...this.all.values()].filter(({ on }) => on === table));
  }

  private leave(found: readonly Dependent[]): void {
    for (const dependent of found) {
      if (!this.all.delete(idOf(dependent))) continue;
      if (VIEWS.has(dependent.kind)) this.cascade(dependent.key);
    }
  }

  renameColumn(table: string, from: string, to: string): void {
    const fresh = (name: string) => (name === from ? to : name);
    this.replace((dependent) => {
      const columns = dependent.uses.get(table) ?? new Set();
      const own = VIEWS.has(dependent.kind) && dependent.key === table;
      const outputs = own ? dependent.outputs?.map((each) => ({ ...each, name: fresh(each.name) })) : dependent.outputs;
      const uses = columns.has(from)
        ? new Map([...dependent.uses, [table, new Set([...columns].map(fresh))]])
        : dependent.uses;
      return { ...dependent, uses, outputs: outputs ?? null };
    });
  }

  /** A table or view gets another name or schema. */
  move(from: string, to: string): void {
    this.replace((dependent) => ({
      ...dependent,
      key: VIEWS.has(dependent.kind) && dependent.key === from ? to : dependent.key,
      on: dependent.on === from ? to : dependent.on,
      uses: new Map([...dependent.uses].map(([table, columns]) => [table === from ? to : table, columns])),
    }));
  }

  /** Called when something took away an unknown part of them. */
  clear(): void {
    this.all.clear();
  }

  private replace(change: (dependent: Dependent) => Dependent): void {
    const changed = [...this.all.values()].map(change);
    this.all.clear();
    for (const dependent of changed) this.add(dependent);
  }
}

function idOf({ kind, key, on }: Pick<Dependent, "kind" | "key" | "on">): string {
  return JSON.stringify([kind, on, key]);
}
