import { notMember, ownerOf, source } from "./source.js";

/** Extended statistics: what CREATE STATISTICS made, not what ANALYZE gathered. */
export const statisticsObjects = source<"schema" | "name" | "owner" | "target" | "definition">({
  tag: "statistics",
  rare: { catalogs: [3381], emptyAtFirst: true },
  select: () => ({
    fields: {
      schema: "ns.name",
      name: "s.stxname",
      owner: ownerOf("s.stxowner"),
      target: "nullif(s.stxstattarget, -1)",
      definition: "pg_get_statisticsobjdef(s.oid)",
    },
    from: `from ns join pg_statistic_ext s on s.stxnamespace = ns.oid where ${notMember("pg_statistic_ext", "s.oid")}`,
  }),
  read(row, assembly) {
    const target = row.nullable("target");
    const definition = byName(row.text("definition"));
    assembly.add({
      kind: "statistics",
      id: { schema: row.text("schema"), name: row.text("name") },
      definition,
      attributes: { owner: row.text("owner"), statistics: target === null ? null : Number(target), definition },
    });
  },
});

const NAME = '(?:[a-z_][a-z0-9_$]*|"(?:[^"]|"")+")';
/** Columns, not calls of functions. */
const COLUMNS = new RegExp(`(?<= ON )${NAME}(?:, ${NAME})*(?=, | FROM )`);

/** The server orders the columns by their number in the table, which does not matter to the statistics. */
function byName(definition: string): string {
  return definition.replace(COLUMNS, (columns) => (columns.match(new RegExp(NAME, "g")) ?? []).sort().join(", "));
}
