import type { Node, RangeVar } from "libpg-query";
import { deparse } from "../../sql/deparse.js";
import { readableName, readableRelation } from "../../sql/readable-name.js";
import { ofRow } from "../support/of-row.js";

/** Copies each write of one table into another. Tables with their schemas. */
export interface CopyTrigger {
  readonly name: string;
  readonly from: RangeVar;
  readonly alias: string;
  readonly to: RangeVar;
  readonly columns: readonly { readonly to: string; readonly value: Node }[];
  readonly where: Node | undefined;
  readonly key: readonly { readonly from: string; readonly to: string }[];
  readonly near: CopyTrigger["key"];
  /** `OVERRIDING SYSTEM VALUE` and the like, with a blank before it. */
  readonly overriding: string;
}

/**
 * The function runs with its owner's rights, since those who write the one table may not write the other, and so names everything by its schema. It
 * reads the row again: another trigger may have changed it since. A transaction that cannot see what a batch has copied fails instead of missing it.
 */
export function copyTrigger(copy: CopyTrigger): { readonly make: readonly string[]; readonly drop: readonly string[] } {
  const { name, from, to, columns, where, key, near, alias, overriding } = copy;
  const on = readableRelation(from);
  const body = readableRelation({ ...from, relname: name });
  const trigger = readableName(name);
  const into = `INSERT INTO ${readableRelation(to)} (${columns.map((each) => readableName(each.to)).join(", ")})${overriding}`;
  const values = columns.map(({ value }) => deparse(value)).join(", ");
  const olds = columns.map(({ value }) => deparse(ofRow(value, "old"))).join(", ");
  const same = (list: CopyTrigger["key"], row: string, side: "from" | "to", prefix: string) =>
    list.map((each) => `${prefix}${readableName(each[side])} = ${row}.${readableName(each.from)}`).join(" AND ");
  const source = `${on} AS ${readableName(alias)}`;
  const meets = where ? `(${deparse(where)}) AND ` : "";
  const met = where ? ` WHERE ${deparse(ofRow(where, "old"))}` : "";
  return {
    make: [
      `CREATE FUNCTION ${body}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $copy$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
      ${into} SELECT ${olds}${met} ON CONFLICT DO NOTHING;
    END IF;
    DELETE FROM ${readableRelation(to)} WHERE ${same([...key, ...near], "old", "to", "")};
  END IF;
  IF TG_OP <> 'DELETE' THEN
    ${into} SELECT ${values} FROM ${source} WHERE ${meets}${same(key, "new", "from", `${readableName(alias)}.`)} ON CONFLICT DO NOTHING;
  END IF;
  RETURN NULL;
END
$copy$`,
      `CREATE TRIGGER ${trigger} AFTER INSERT OR UPDATE OR DELETE ON ${on} FOR EACH ROW EXECUTE FUNCTION ${body}()`,
    ],
    drop: [`DROP TRIGGER ${trigger} ON ${on}`, `DROP FUNCTION ${body}()`],
  };
}
