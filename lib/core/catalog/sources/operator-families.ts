import { accessMethod, accessMethodName, inScope, notMember, ownerOf, type Scope, source } from "./source.js";

const FIELDS = ["schema", "name", "method", "owner", "operators", "functions"] as const;
type Field = (typeof FIELDS)[number];

/** Object id of pg_opfamily. */
const FAMILIES = 2753;

/** The same, as the census wants it. */
const EXTENDED_COUNT = `select '${FAMILIES}'::oid, '0'::oid from pg_amop where oid >= 16384 and amopfamily < 16384
  union all select '${FAMILIES}'::oid, '0'::oid from pg_amproc where oid >= 16384 and amprocfamily < 16384`;

/** A built-in family is in the catalog only for what a user added to it. */
const EXTENDED = `select amopfamily from pg_amop where oid >= 16384 and amopfamily < 16384
  union all select amprocfamily from pg_amproc where oid >= 16384 and amprocfamily < 16384`;

/** Operator families with the operators and support functions of their classes. */
export const operatorFamilies = source<Field>({
  tag: "operator family",
  rare: {
    catalogs: [FAMILIES],
    census: ({ tenantSchema }) => (tenantSchema === null ? EXTENDED_COUNT : null),
  },
  select: (scope) => ({
    fields: {
      schema: "n.name",
      name: "f.opfname",
      method: accessMethod("f.opfmethod"),
      owner: ownerOf("f.opfowner"),
      operators: `array(select ${familyOperator("a")} from pg_amop a where a.amopfamily = f.oid and ${added("pg_amop")} order by 1)`,
      functions: `array(select ${familyFunction("a")} from pg_amproc a where a.amprocfamily = f.oid and ${added("pg_amproc")} order by 1)`,
    },
    from: `from (${families(scope)}) n join pg_opfamily f on f.oid = n.family`,
  }),
  read(row, assembly) {
    const [operators, functions] = [row.list("operators").sort(), row.list("functions").sort()];
    const builtIn = row.text("schema") === "pg_catalog";
    if (builtIn && operators.length + functions.length === 0) return;
    assembly.add({
      kind: "operator family",
      id: { schema: row.text("schema"), name: row.text("name"), signature: accessMethodName(row.text("method")) },
      definition: null,
      attributes: { owner: builtIn ? null : row.text("owner"), operators, functions },
    });
  },
});

/** One operator of a family, as text. */
export function familyOperator(row: string): string {
  return `concat_ws(' ', ${row}.amopstrategy, ${row}.amopopr::regoperator, ${row}.amoppurpose,
    (select format('%I.%I', sn.nspname, sf.opfname) from pg_opfamily sf join pg_namespace sn on sn.oid = sf.opfnamespace
      where sf.oid = ${row}.amopsortfamily))`;
}

/** One support function of a family, as text. */
export function familyFunction(row: string): string {
  return `concat_ws(' ', ${row}.amprocnum, format_type(${row}.amproclefttype, null), format_type(${row}.amprocrighttype, null),
    ${row}.amproc::regprocedure)`;
}

function families(scope: Scope): string {
  const own = `select ns.name, f.oid as family from ns join pg_opfamily f on f.opfnamespace = ns.oid
    and ${inScope(scope, "pg_opfamily", "f.oid")} where ${notMember("pg_opfamily", "f.oid")}`;
  return scope.tenantSchema === null ? `${own} union select 'pg_catalog'::name, x from (${EXTENDED}) b(x)` : own;
}

/** Everything in a user's family; in a built-in one, what neither the server nor an extension put there. */
function added(catalog: string): string {
  return `(f.oid >= 16384 or a.oid >= 16384 and not exists (select from pg_depend d
    where d.classid = '${catalog}'::regclass and d.objid = a.oid
      and (d.refclassid, d.refobjid) in (select member.classid, member.objid from member)))`;
}
