import { nameIn, rangeKey, schemaIn } from "../../lint/known/key.js";
import { readableName } from "../../sql/readable-name.js";
import type { RewriteContext } from "../kind.js";
import { NotRewritable } from "../refusal.js";
import { refOf } from "../support/table-of.js";
import type { StandIn } from "./stand-in.js";

/** An index or constraint over the column that the same migration has made before is not in the catalog that is carried over. Throws `NotRewritable`. */
export function refuseAdded({ table, ref, name }: StandIn, context: RewriteContext): void {
  const { before, known } = context;
  const key = rangeKey(table);
  const own = known.table(table)?.constraints ?? [];
  const there = new Set([...before.constraints(ref), ...before.indexes(ref)].map(({ id }) => id.name));
  const pointing = [...known.tables.values()].flatMap((other) => {
    const schemaname = schemaIn(other.key) ?? undefined;
    const range = { relname: nameIn(other.key), ...(schemaname === undefined ? {} : { schemaname }) };
    const at = new Set(before.constraints(refOf(range, context)).map(({ id }) => id.name));
    return other.constraints.filter(({ references, name: of }) => references === key && !at.has(of ?? ""));
  });
  const added = [
    ...own.filter(({ type, columns }) => type !== "not null" && columns.includes(name)),
    ...known.indexesOf(key).filter(({ keys }) => keys.includes(name)),
  ].filter((each) => !there.has(each.name ?? ""));
  const [first] = [
    ...added,
    ...pointing.filter(({ referenced = [] }) => referenced.length === 0 || referenced.includes(name)),
  ];
  if (first)
    throw new NotRewritable(
      "depends",
      `${readableName(first.name ?? "a constraint")} is made over ${readableName(name)} before the type changes: make it after that`,
    );
}
