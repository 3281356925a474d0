import { type Catalog, TENANT_SCHEMA } from "../../core/catalog/catalog.js";
import { bindSchemas } from "../../core/catalog/own-schema.js";
import type { Finding } from "../../core/finding.js";
import { literal, qualified } from "../../core/sql/quote.js";
import type { Session } from "../../ports/database.js";
import { tableName } from "./state.js";

/** An index that the release created: how many rows it should hold by its definition, and how many the server put into it. */
export interface IndexEntries {
  readonly index: string;
  readonly planned: number;
  /** Null if the server keeps no count of it. */
  readonly held: number | null;
  readonly rows: number;
  readonly partial: boolean;
}

/** Reads the indexes that are in `after` and not in `before`. Rows are counted from the tables, not from their indexes. */
export async function readIndexEntries(
  session: Session,
  before: Catalog,
  after: Catalog,
  schema: string | null,
): Promise<readonly IndexEntries[]> {
  const name = (id: { schema?: string | null; name: string }) => tableName({ schema: id.schema ?? "", name: id.name });
  const known = new Set(before.objects.flatMap((object) => (object.kind === "index" ? [name(object.id)] : [])));
  const found: IndexEntries[] = [];
  for (const object of after.objects) {
    if (object.kind !== "index" || known.has(name(object.id)) || !object.attributes.valid) continue;
    const { predicate } = object.attributes;
    const own = (relation: string) => bindSchemas(qualified(object.id.schema ?? TENANT_SCHEMA, relation), schema);
    const belongs = predicate === null ? "" : ` filter (where ${bindSchemas(predicate, schema)})`;
    const sql = `select count(*)::text as rows, (count(*)${belongs})::text as planned,
      (select case when relkind = 'i' then reltuples end from pg_catalog.pg_class where oid = ${literal(own(object.id.name))}::regclass)::text as held
      from only ${own(object.id.table ?? "")}`;
    const [row] = await session.query<{ rows: string; planned: string; held: string | null }>(sql);
    if (!row) continue;
    const held = row.held === null || Number(row.held) < 0 ? null : Number(row.held);
    found.push({
      index: name(object.id),
      planned: Number(row.planned),
      held,
      rows: Number(row.rows),
      partial: predicate !== null,
    });
  }
  return found;
}

/** The server's count is from the moment of the build: rows that the release writes later are not in it. */
export function indexFindings(entries: readonly IndexEntries[]): readonly Finding[] {
  return entries.flatMap((entry): Finding[] => {
    const { index, planned, held, rows, partial } = entry;
    if (held !== null && held !== planned) {
      return [
        finding(
          index,
          `has ${held} entries, and ${planned} rows of its table belong into it`,
          "Build the index after the rows are written, or build it again: REINDEX INDEX CONCURRENTLY.",
        ),
      ];
    }
    if (partial && rows > 0 && (planned === 0 || planned === rows)) {
      const which = planned === 0 ? "none" : "all";
      const text = "Check that its WHERE says what is meant.";
      return [finding(index, `is partial, but ${which} of the ${rows} rows of its table belong into it`, text)];
    }
    return [];
  });
}

function finding(index: string, what: string, text: string): Finding {
  return {
    code: "dry-run.index-entries",
    gate: "dry-run",
    severity: "note",
    subject: { kind: "index", name: index },
    message: `After the release the index ${index} ${what}.`,
    remedy: { text },
  };
}
