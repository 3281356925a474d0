import type { Node } from "libpg-query";
import { deparse } from "../../sql/deparse.js";
import { readableName, readableRelation } from "../../sql/readable-name.js";
import { strings } from "../../sql/tree.js";
import type { StandIn } from "./stand-in.js";

interface KeptEqual {
  /** Fills the second column on every write. */
  readonly make: readonly string[];
  /** The other way round, for the way back, once they have changed names. */
  readonly turn: readonly string[];
  readonly drop: readonly string[];
}

/**
 * The trigger of a stand-in. `value`: of the second column, over the first. `back`: of the first over the second, where that is
 * known: NULL where the first has no such value, since nothing but the way back reads it.
 */
export function keepEqual(standIn: StandIn, value: Node, back: Node | null): KeptEqual {
  const { table, trigger, name, fresh, old } = standIn;
  const on = readableRelation(table);
  const body = readableRelation({ ...table, relname: trigger });
  const [own, second, first] = [readableName(name), readableName(fresh), readableName(old)];
  const create = (verb: string, lines: readonly string[]) =>
    `${verb} FUNCTION ${body}() RETURNS trigger LANGUAGE plpgsql AS $both$\nBEGIN\n${lines.join("\n")}\nEND\n$both$`;
  const lines = back
    ? [
        `  new.${first} := ${deparse(ofNewRow(back))};`,
        "  RETURN new;",
        "EXCEPTION WHEN data_exception THEN",
        `  new.${first} := NULL;`,
        "  RETURN new;",
      ]
    : [
        // As texts, which every type has: one without equality would fail.
        `  IF TG_OP = 'INSERT' OR new.${own}::text IS DISTINCT FROM old.${own}::text THEN new.${first} := NULL; END IF;`,
        "  RETURN new;",
      ];
  return {
    make: [
      create("CREATE", [`  new.${second} := ${deparse(ofNewRow(value))};`, "  RETURN new;"]),
      `CREATE TRIGGER ${readableName(trigger)} BEFORE INSERT OR UPDATE ON ${on} FOR EACH ROW EXECUTE FUNCTION ${body}()`,
    ],
    turn: [create("CREATE OR REPLACE", lines)],
    drop: [`DROP TRIGGER ${readableName(trigger)} ON ${on}`, `DROP FUNCTION ${body}()`],
  };
}

/** An expression over columns as one over the row that a trigger gets. */
function ofNewRow<T>(tree: T): T {
  if (Array.isArray(tree)) return tree.map(ofNewRow) as T;
  if (tree === null || typeof tree !== "object") return tree;
  const entries = Object.entries(tree).map(([key, value]) => {
    if (key !== "fields" || !Array.isArray(value)) return [key, ofNewRow(value)];
    const column = strings(value as readonly Node[]).at(-1) ?? "";
    return [key, [{ String: { sval: "new" } }, { String: { sval: column } }]];
  });
  return Object.fromEntries(entries) as T;
}
