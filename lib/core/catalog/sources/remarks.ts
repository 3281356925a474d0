import { type AddressField, addressFields, amendTarget, ownObject, targetOf } from "./address.js";
import type { Fields } from "./fields.js";
import { type Assembly, type Scope, source } from "./source.js";

type Field = AddressField | "provider" | "text";

/** Comments: attributes of the objects that other sources described. Large objects are data. */
export const remarks = source<Field>({
  tag: "remark",
  select: (scope) => ({
    fields: fields("null::text", "d.description"),
    // The schema public's own comment comes with every database.
    from: `from pg_description d, lateral pg_identify_object_as_address(d.classoid, d.objoid, d.objsubid) a
      where (${ownObject(scope, "d.objoid")} or ${ON_PUBLIC}) and not (d.description = 'standard public schema'
          and d.classoid = 'pg_namespace'::regclass and d.objoid = to_regnamespace('public'))
        and d.classoid <> 'pg_largeobject'::regclass
        and (d.classoid, d.objoid) not in (select member.classid, member.objid from member)`,
  }),
  read: attach,
});

/** Security labels. */
export const labels = source<Field>({
  tag: "label",
  rare: { catalogs: [3596], emptyAtFirst: true },
  select: (scope) => ({
    fields: fields("d.provider", "d.label"),
    from: `from pg_seclabel d, lateral pg_identify_object_as_address(d.classoid, d.objoid, d.objsubid) a
      where (${ownObject(scope, "d.objoid")} or ${ON_PUBLIC}) and d.classoid <> 'pg_largeobject'::regclass`,
  }),
  read: attach,
});

/** 2200 is the schema public, which is older than a user's first object. */
const ON_PUBLIC = "d.objoid = 2200 and d.classoid = 'pg_namespace'::regclass and 2200 in (select ns.oid from ns)";

function fields(provider: string, text: string): Record<Field, string> {
  return { ...addressFields("d.classoid", "d.objoid"), provider, text };
}

function attach(row: Fields<Field>, assembly: Assembly, scope: Scope): void {
  const provider = row.nullable("provider");
  const attribute = provider === null ? "comment" : `security label of ${provider}`;
  const target = targetOf(row, scope);
  const name = target.part === null ? attribute : `${attribute} on ${target.part}`;
  if (!amendTarget(assembly, target, { [name]: row.text("text") }))
    assembly.unseen(`${attribute} on ${row.text("type")} ${row.list("names").join(".")}`);
}
