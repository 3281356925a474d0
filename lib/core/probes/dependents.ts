import { type Operation, operationsOfText } from "../operations/index.js";
import type { Moment, Probe } from "./probe.js";
import type { Gone } from "./state/release-state.js";
import { addressDropped, type CatalogAddress } from "./support/catalog-address.js";

/** Views, foreign keys, functions and columns that need something dropped without CASCADE, so that the server refuses. */
export const dependents: Probe = {
  code: "probe.dependents",
  derive(operation, { before }) {
    if (!("cascade" in operation) || operation.cascade) return [];
    const dropped = addressDropped(operation, before);
    if (!dropped) return [];
    const query = needing(dropped, droppedWith(operation, before));
    return [
      {
        code: dependents.code,
        subject: { kind: dropped.kind, name: dropped.name },
        statement: operation.statement,
        meaning: `objects that need ${dropped.name}`,
        count: `${query} SELECT count(*) AS count FROM needing`,
        sample: `${query} SELECT key FROM needing ORDER BY key LIMIT 5`,
        repair: null,
        reads: [],
        uncertainty: null,
      },
    ];
  },
};

/** What the release has dropped before, and what the same statement drops with it. */
function droppedWith(operation: Operation, before: Moment["before"]): readonly Gone[] {
  const together = operationsOfText(operation.statement).flatMap((each) => {
    const address = addressDropped(each, before);
    return address ? [{ sql: address.sql, reach: "auto" } as const] : [];
  });
  return [...before.gone, ...together];
}

/** What goes with an object automatically (manual, pg_depend): its parts, members of an extension, partitions. */
const AUTOMATIC = "'a', 'i', 'e', 'x', 'P', 'S'";

/**
 * Normal dependencies on the object and on what goes with it, by the object that would lose it: for a rule the view, for an expression the generated
 * column. What has gone before, with everything that went with it, needs nothing.
 */
function needing({ sql }: CatalogAddress, gone: readonly Gone[]): string {
  const start = gone.map((each) => `(${each.sql}, '${each.reach}')`);
  const below = (from: string, kinds: string) =>
    `pg_catalog.pg_depend AS d JOIN ${from} ON d.refclassid = x.classid AND d.refobjid = x.objid AND (x.objsubid = 0 OR d.refobjsubid = x.objsubid) AND ${kinds}`;
  return `WITH RECURSIVE dropped(classid, objid, objsubid) AS (
    SELECT * FROM (VALUES (${sql})) AS target WHERE column2 IS NOT NULL AND column3 IS NOT NULL
    UNION SELECT d.classid, d.objid, d.objsubid FROM ${below("dropped AS x", `d.deptype IN (${AUTOMATIC})`)}),
  gone(classid, objid, objsubid, reach) AS (
    SELECT * FROM (VALUES ${["(0::oid, NULL::oid, 0, 'alone')", ...start].join(", ")}) AS before WHERE column2 IS NOT NULL AND column3 IS NOT NULL
    UNION SELECT owner.classid, owner.objid, owner.objsubid, x.reach FROM ${below(
      "gone AS x",
      `x.reach <> 'alone' AND (d.deptype IN (${AUTOMATIC}) OR (x.reach = 'cascade' AND d.deptype = 'n'))`,
    )} CROSS JOIN LATERAL (SELECT d.classid, d.objid, d.objsubid UNION ALL SELECT i.refclassid, i.refobjid, i.refobjsubid
      FROM pg_catalog.pg_depend AS i WHERE x.reach = 'cascade' AND d.deptype = 'n' AND i.classid = d.classid AND i.objid = d.objid AND i.deptype = 'i') AS owner),
  left_over AS (
    SELECT d.classid, d.objid, d.objsubid, coalesce(i.refclassid, d.classid) AS owner_class, coalesce(i.refobjid, d.objid) AS owner, coalesce(i.refobjsubid, d.objsubid) AS owner_sub
    FROM ${below("dropped AS x", "d.deptype = 'n'")}
      LEFT JOIN pg_catalog.pg_depend AS i ON i.classid = d.classid AND i.objid = d.objid AND i.deptype = 'i'),
  needing AS (
    SELECT DISTINCT pg_describe_object(owner_class, owner, owner_sub) AS key FROM left_over AS l
    WHERE NOT EXISTS (SELECT FROM (SELECT classid, objid, objsubid FROM gone UNION ALL SELECT * FROM dropped) AS g
      WHERE (g.classid, g.objid) IN ((l.classid, l.objid), (l.owner_class, l.owner)) AND g.objsubid IN (0, CASE WHEN g.classid = l.classid AND g.objid = l.objid THEN l.objsubid ELSE l.owner_sub END)))`;
}
