import { familyFunction, familyOperator } from "./operator-families.js";
import { accessMethod, accessMethodName, inScope, notMember, ownerOf, source } from "./source.js";

const FIELDS = [
  "schema",
  "name",
  "method",
  "owner",
  "default",
  "type",
  "keyType",
  "family",
  "operators",
  "functions",
] as const;
type Field = (typeof FIELDS)[number];

/** Operator classes and what they consist of. */
export const operatorClasses = source<Field>({
  tag: "operator class",
  rare: { catalogs: [2616] },
  select: (scope) => ({
    fields: {
      schema: "ns.name",
      name: "o.opcname",
      method: accessMethod("o.opcmethod"),
      owner: ownerOf("o.opcowner"),
      default: "o.opcdefault",
      type: "format_type(o.opcintype, null)",
      keyType: "case when o.opckeytype <> 0 then format_type(o.opckeytype, null) end",
      family:
        "(select format('%I.%I', fn.nspname, f.opfname) from pg_opfamily f join pg_namespace fn on fn.oid = f.opfnamespace where f.oid = o.opcfamily)",
      operators: parts("pg_amop", familyOperator("a")),
      functions: parts("pg_amproc", familyFunction("a")),
    },
    from: `from ns join pg_opclass o on o.opcnamespace = ns.oid and ${inScope(scope, "pg_opclass", "o.oid")}
      where ${notMember("pg_opclass", "o.oid")}`,
  }),
  read(row, assembly) {
    assembly.add({
      kind: "operator class",
      id: { schema: row.text("schema"), name: row.text("name"), signature: accessMethodName(row.text("method")) },
      definition: null,
      attributes: {
        owner: row.text("owner"),
        default: row.flag("default"),
        type: row.text("type"),
        keyType: row.nullable("keyType"),
        family: row.text("family"),
        operators: row.list("operators").sort(),
        functions: row.list("functions").sort(),
      },
    });
  },
});

/** The entries of the family that came with the class. */
function parts(catalog: string, text: string): string {
  return `array(select ${text} from pg_depend d join ${catalog} a on a.oid = d.objid
    where d.classid = '${catalog}'::regclass and d.refclassid = 'pg_opclass'::regclass and d.refobjid = o.oid order by 1)`;
}
