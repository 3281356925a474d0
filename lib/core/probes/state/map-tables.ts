import type { Node } from "libpg-query";
import { deparse } from "../../sql/deparse.js";
import type { ReleaseState } from "./release-state.js";
import type { Rows } from "./rows.js";
import type { TableState } from "./table-state.js";

/** Thrown when a part of a statement cannot be turned into a query over the rows of that moment. */
export class NotForetold extends Error {}

/** Turns parts of a statement into SQL over the rows that its tables hold at a given moment. */
export class TableMap {
  readonly used = new Set<TableState>();

  constructor(
    private readonly state: ReleaseState,
    /** Names that mean queries of the statement's own WITH. */
    private readonly own: ReadonlySet<string>,
  ) {}

  get rows(): readonly Rows[] {
    return [...this.used].map((table) => table.rows);
  }

  sql(node: Node): string {
    return deparse(this.mapped(node) as Node);
  }

  list(nodes: readonly Node[]): string {
    return nodes.map((node) => this.sql(node)).join(", ");
  }

  private mapped(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.mapped(item));
    if (value === null || typeof value !== "object") return value;
    const entries = Object.entries(value).map(([tag, child]) => {
      if (tag === "RangeVar") return [tag, this.relation(child as Relation)];
      if (WRITES.has(tag)) throw new NotForetold("it writes in WITH");
      return [tag, this.mapped(child)];
    });
    return Object.fromEntries(entries);
  }

  private relation(relation: Relation): Relation {
    const { schemaname, relname = "" } = relation;
    if (schemaname === undefined && this.own.has(relname)) return relation;
    const name = { schema: schemaname ?? null, name: relname };
    const table = this.state.table(name);
    if (!table && this.state.isCopy(name)) return relation;
    if (!table) throw new NotForetold(`it reads ${relname}, whose rows at that moment are not known`);
    this.used.add(table);
    const { schemaname: _schema, catalogname: _catalog, ...rest } = relation;
    const alias = relation.alias ?? { aliasname: relname };
    return { ...rest, ...unquoted(table.rows.from), alias };
  }
}

interface Relation {
  readonly schemaname?: string;
  readonly catalogname?: string;
  readonly relname?: string;
  readonly alias?: unknown;
}

const WRITES = new Set(["InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"]);

/** The parts of a quoted name: `"a"."b"` or the name of a stage. */
function unquoted(from: string): { readonly schemaname?: string; readonly relname: string } {
  const parts = [...from.matchAll(/"((?:[^"]|"")*)"/g)].map(([, part = ""]) => part.replaceAll('""', '"'));
  const [schemaname, relname] = parts;
  if (schemaname === undefined) throw new NotForetold("a table without a name");
  return relname === undefined ? { relname: schemaname } : { schemaname, relname };
}
