import { inScope, notMember, ownerOf, source } from "./source.js";

const FIELDS = [
  "schema",
  "name",
  "left",
  "right",
  "owner",
  "function",
  "commutator",
  "negator",
  "restrict",
  "join",
  "merges",
  "hashes",
] as const;
type Field = (typeof FIELDS)[number];

export const operators = source<Field>({
  tag: "operator",
  rare: { catalogs: [2617] },
  select: (scope) => ({
    fields: {
      schema: "ns.name",
      name: "o.oprname",
      left: "case when o.oprleft <> 0 then format_type(o.oprleft, null) end",
      right: "case when o.oprright <> 0 then format_type(o.oprright, null) end",
      owner: ownerOf("o.oprowner"),
      function: "nullif(o.oprcode::oid, 0)::regproc::text",
      commutator: "nullif(o.oprcom, 0)::regoperator::text",
      negator: "nullif(o.oprnegate, 0)::regoperator::text",
      restrict: "nullif(o.oprrest::oid, 0)::regproc::text",
      join: "nullif(o.oprjoin::oid, 0)::regproc::text",
      merges: "o.oprcanmerge",
      hashes: "o.oprcanhash",
    },
    from: `from ns join pg_operator o on o.oprnamespace = ns.oid and ${inScope(scope, "pg_operator", "o.oid")}
      where ${notMember("pg_operator", "o.oid")}`,
  }),
  read(row, assembly) {
    const signature = `${row.nullable("left") ?? "NONE"}, ${row.nullable("right") ?? "NONE"}`;
    assembly.add({
      kind: "operator",
      id: { schema: row.text("schema"), name: row.text("name"), signature },
      definition: null,
      attributes: {
        owner: row.text("owner"),
        function: row.nullable("function"),
        commutator: row.nullable("commutator"),
        negator: row.nullable("negator"),
        restrict: row.nullable("restrict"),
        join: row.nullable("join"),
        merges: row.flag("merges"),
        hashes: row.flag("hashes"),
      },
    });
  },
});
