import type { LostStatistics } from "../../core/queries/examined.js";
import { identifier, qualified } from "../../core/sql/quote.js";
import type { DatabaseFacts, TableFacts } from "./database-facts.js";

/**
 * What the release has left without statistics, with the ANALYZE that restores them: those that existed, an index on an expression, a
 * partition with rows, another statistics target. `added`: also columns that came with a value. `dropped`: also statistics objects that the
 * release has dropped, with the statement that makes them.
 */
export function lostStatistics(
  before: DatabaseFacts,
  after: DatabaseFacts,
  { added = false, dropped = false } = {},
): readonly Omit<LostStatistics, "ms">[] {
  const lost = [...after].flatMap(([name, now]) => {
    const was = before.get(name);
    const partition = partitionOf(name, was, before, after);
    if (!was || was.rows <= 0) return partition;
    return [...partition, ...ofTable(name, was, now, added), ...(dropped ? droppedOf(name, was, now) : [])];
  });
  // A parent gets one ANALYZE, however many partitions were added.
  return [...new Map(lost.map((each) => [each.analyze, each])).values()];
}

type Lost = Omit<LostStatistics, "ms">;

function ofTable(table: string, was: TableFacts, now: TableFacts, added: boolean): readonly Lost[] {
  const here = qualified(now.schema, now.table);
  if (now.expressions.some((index) => !was.expressions.includes(index)))
    return [{ table, why: "expression-index", columns: [], analyze: `ANALYZE ${here}` }];
  const emptied = ({ covers, built }: TableFacts["extended"][number]) =>
    !built && was.extended.some((each) => each.covers === covers && each.built);
  // ANALYZE of some columns does not fill it.
  if (now.extended.some(emptied)) return [{ table, why: "extended", columns: [], analyze: `ANALYZE ${here}` }];
  const missing = now.columns.filter((column) => !now.known.includes(column));
  const groups: readonly (readonly [LostStatistics["why"], readonly string[]])[] = [
    ["discarded", missing.filter((column) => was.known.includes(column))],
    [
      "target",
      now.columns.filter((column) => was.known.includes(column) && was.targets[column] !== now.targets[column]),
    ],
    [
      "new-column",
      added ? missing.filter((column) => !was.columns.includes(column) && now.given.includes(column)) : [],
    ],
  ];
  return groups.flatMap(([why, columns]) =>
    columns.length === 0
      ? []
      : [{ table, why, columns, analyze: `ANALYZE ${here} (${columns.map(identifier).join(", ")})` }],
  );
}

function droppedOf(table: string, was: TableFacts, now: TableFacts): readonly Lost[] {
  return was.extended
    .filter(({ covers, built }) => built && !now.extended.some((each) => each.covers === covers))
    .map(({ made }) => {
      const analyze = `${made}; ANALYZE ${qualified(now.schema, now.table)}`;
      return { table, why: "dropped", columns: [], analyze };
    });
}

/** Autovacuum never analyzes a partitioned table, and the parent's own statistics say nothing about a new partition. */
function partitionOf(
  table: string,
  was: TableFacts | undefined,
  before: DatabaseFacts,
  after: DatabaseFacts,
): readonly Lost[] {
  const now = after.get(table);
  if (!now?.partitionOf || !now.filled || was?.partitionOf === now.partitionOf) return [];
  const [parent, known] = [after.get(now.partitionOf), before.get(now.partitionOf)?.known ?? []];
  if (parent && known.length > 0)
    return [
      {
        table: now.partitionOf,
        why: "partition",
        columns: [],
        analyze: `ANALYZE ${qualified(parent.schema, parent.table)}`,
      },
    ];
  if (now.known.length > 0) return [];
  return [{ table, why: "partition", columns: [], analyze: `ANALYZE ${qualified(now.schema, now.table)}` }];
}
