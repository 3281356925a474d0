import { type AddressField, addressFields, amendTarget, ownObject, targetOf } from "./address.js";
import { source } from "./source.js";

/** Object id of pg_depend. */
const DEPENDENCES = 2608;

/** DEPENDS ON EXTENSION: what goes with an extension though it does not belong to it. */
export const extensionDependences = source<AddressField | "extensions">({
  tag: "extension dependence",
  rare: {
    catalogs: [DEPENDENCES],
    census: () =>
      `select '${DEPENDENCES}'::oid, '0'::oid from pg_depend where refclassid = 'pg_extension'::regclass and deptype = 'x'`,
  },
  select: (scope) => ({
    fields: { ...addressFields("d.classid", "d.objid"), extensions: "d.extensions" },
    from: `from (select x.classid, x.objid, array_agg(e.extname order by e.extname) as extensions
        from pg_depend x join pg_extension e on e.oid = x.refobjid
        where x.refclassid = 'pg_extension'::regclass and x.deptype = 'x' group by x.classid, x.objid) d,
      lateral pg_identify_object_as_address(d.classid, d.objid, 0) a where ${ownObject(scope, "d.objid")}`,
  }),
  read(row, assembly, scope) {
    const target = targetOf(row, scope);
    amendTarget(assembly, target, { dependsOnExtensions: row.list("extensions") });
  },
});
