import { accessMethod, accessMethodName, inScope, notMember, ownerOf, source } from "./source.js";

const FIELDS = ["schema", "name", "method", "owner", "operators", "functions"] as const;
type Field = (typeof FIELDS)[number];

/** Operator families with the operators and support functions of their classes. */
export const operatorFamilies = source<Field>({
  tag: "operator family",
  rare: { catalogs: [2753] },
  select: (scope) => ({
    fields: {
      schema: "ns.name",
      name: "f.opfname",
      method: accessMethod("f.opfmethod"),
      owner: ownerOf("f.opfowner"),
      operators: `array(select concat_ws(' ', a.amopstrategy, a.amopopr::regoperator, a.amoppurpose,
        (select sn.nspname || '.' || sf.opfname from pg_opfamily sf join pg_namespace sn on sn.oid = sf.opfnamespace
          where sf.oid = a.amopsortfamily)) from pg_amop a where a.amopfamily = f.oid order by 1)`,
      functions: `array(select concat_ws(' ', a.amprocnum, format_type(a.amproclefttype, null),
        format_type(a.amprocrighttype, null), a.amproc::regprocedure) from pg_amproc a where a.amprocfamily = f.oid order by 1)`,
    },
    from: `from ns join pg_opfamily f on f.opfnamespace = ns.oid and ${inScope(scope, "pg_opfamily", "f.oid")}
      where ${notMember("pg_opfamily", "f.oid")}`,
  }),
  read(row, assembly) {
    assembly.add({
      kind: "operator family",
      id: { schema: row.text("schema"), name: row.text("name"), signature: accessMethodName(row.text("method")) },
      definition: null,
      attributes: {
        owner: row.text("owner"),
        operators: row.list("operators").sort(),
        functions: row.list("functions").sort(),
      },
    });
  },
});
