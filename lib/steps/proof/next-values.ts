import type { Catalog } from "../../core/catalog/catalog.js";
import { bindSchemas } from "../../core/catalog/own-schema.js";
import { literal, qualified } from "../../core/sql/quote.js";
import type { Session } from "../../ports/database.js";

/** What a sequence gives next. It may be 64 bits wide. */
export interface NextValue {
  readonly next: bigint;
  readonly descending: boolean;
}

/** Sequences per query. */
const CHUNK = 200;

/** By the sequence's name with its schema. A sequence that cycles may return any value again, and is left out. */
export async function readNextValues(
  session: Session,
  catalog: Catalog,
  schema: string | null,
): Promise<ReadonlyMap<string, NextValue>> {
  const found = new Map<string, NextValue>();
  const queries = catalog.objects.flatMap(({ kind, id, attributes }) => {
    if (kind !== "sequence" || attributes.cycle === true) return [];
    const name = `${id.schema ?? ""}.${id.name}`;
    const increment = String(attributes.increment);
    return [
      `select ${literal(name)} as name, (last_value::numeric + case when is_called then ${increment} else 0 end)::text as next,
        ${increment} < 0 as descending from ${qualified(id.schema, id.name)}`,
    ];
  });
  for (let at = 0; at < queries.length; at += CHUNK) {
    const sql = bindSchemas(queries.slice(at, at + CHUNK).join(" union all "), schema);
    const rows = await session.query<{ name: string; next: string; descending: boolean }>(sql);
    for (const { name, next, descending } of rows) found.set(name, { next: BigInt(next), descending });
  }
  return found;
}

/** Sequences that would return values again, a sentence each. One that moved forward harms nobody: gaps are normal. */
export function setBack(
  now: ReadonlyMap<string, NextValue>,
  before: ReadonlyMap<string, NextValue>,
): readonly string[] {
  return [...before].flatMap(([name, was]) => {
    const is = now.get(name);
    if (!is || (was.descending ? is.next <= was.next : is.next >= was.next)) return [];
    return [`Sequence ${name} gives ${is.next} next, and would have given ${was.next}.`];
  });
}
