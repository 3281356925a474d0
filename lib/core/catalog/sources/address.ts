import type { ObjectId, ObjectKind } from "../catalog.js";
import { TENANT_SCHEMA } from "../catalog.js";
import { CatalogFormatError, type Fields } from "./fields.js";
import { withoutIn } from "./functions.js";
import { splitQualified } from "./qualified-text.js";
import type { Amendment, Assembly, Scope } from "./source.js";

/** What `addressFields` returns. */
export type AddressField = "type" | "names" | "arguments" | "signature";

/** How the server addresses an object of any kind: `row` is the dependency or remark whose object `a` addresses. */
export function addressFields(classId: string, objectId: string): Record<AddressField, string> {
  return {
    type: "a.type",
    names: "a.object_names",
    arguments: "a.object_args",
    signature: `case ${classId} when 'pg_proc'::regclass then pg_get_function_identity_arguments(${objectId})
      when 'pg_operator'::regclass then (select concat_ws(', ',
        case when o.oprleft <> 0 then format_type(o.oprleft, null) else 'NONE' end,
        case when o.oprright <> 0 then format_type(o.oprright, null) else 'NONE' end)
        from pg_operator o where o.oid = ${objectId}) end`,
  };
}

/** What depends on the schema, and what depends on its relations; without a schema, what a user created. */
export function ownObject(scope: Scope, objectId: string): string {
  return `${objectId} ${scope.tenantSchema === null ? ">= 16384" : IN_SCHEMA}`;
}

const IN_SCHEMA = `= any(array(select p.objid from pg_depend p, ns
    where p.refclassid = 'pg_namespace'::regclass and p.refobjid = ns.oid
  union all select p.objid from rel join pg_depend p on p.refclassid = 'pg_class'::regclass and p.refobjid = rel.oid
  union all select ns.oid from ns))`;

/** The object that a row addresses. */
export interface Target {
  readonly kind: ObjectKind;
  readonly id: ObjectId;
  /** A part of it that is not an object of its own: a column of a composite type, a constraint of a domain. */
  readonly part: string | null;
}

const RELATIONS: Readonly<Record<string, ObjectKind>> = {
  table: "table",
  "foreign table": "table",
  view: "view",
  "materialized view": "materialized view",
  sequence: "sequence",
  index: "index",
};
const ON_TABLE: Readonly<Record<string, ObjectKind>> = {
  "table column": "column",
  "view column": "column",
  "materialized view column": "column",
  "foreign table column": "column",
  "table constraint": "constraint",
  trigger: "trigger",
  rule: "rule",
  policy: "policy",
};
const IN_A_SCHEMA: Readonly<Record<string, ObjectKind>> = {
  function: "function",
  procedure: "function",
  aggregate: "function",
  operator: "operator",
  collation: "collation",
  conversion: "conversion",
  "statistics object": "statistics",
};
const DATABASE_WIDE: Readonly<Record<string, ObjectKind>> = {
  schema: "schema",
  extension: "extension",
  language: "language",
  "foreign-data wrapper": "foreign data wrapper",
  server: "server",
  publication: "publication",
  subscription: "subscription",
  "event trigger": "event trigger",
  "access method": "access method",
};

/** The shapes are those of pg_identify_object_as_address (manual, "Object Information and Addressing Functions"). */
export function targetOf(row: Fields<AddressField>, scope: Scope): Target {
  const { kind, id, part } = addressed(row);
  const own = scope.tenantSchema !== null && id.schema === scope.tenantSchema;
  return { kind, id: own ? { ...id, schema: TENANT_SCHEMA } : id, part };
}

function addressed(row: Fields<AddressField>): Target {
  const type = row.text("type");
  const [first = "", second = "", third = ""] = row.list("names");
  const [argument = ""] = row.list("arguments");
  const signature = row.nullable("signature");
  const whole = (kind: ObjectKind, id: ObjectId): Target => ({ kind, id, part: null });
  const relation = RELATIONS[type];
  if (relation) return whole(relation, { schema: first, name: second });
  const onTable = ON_TABLE[type];
  if (onTable) return whole(onTable, { schema: first, table: second, name: third });
  const inSchema = IN_A_SCHEMA[type];
  if (inSchema)
    return whole(inSchema, {
      schema: first,
      name: second,
      ...(signature === null ? {} : { signature: withoutIn(signature) }),
    });
  const wide = DATABASE_WIDE[type];
  if (wide) return whole(wide, { name: first });
  if (type.startsWith("text search "))
    return whole("text search", { schema: first, name: second, signature: type.slice(12) });
  if (type === "operator class" || type === "operator family")
    return whole(type, { schema: second, name: third, signature: first });
  if (type === "cast") return whole("cast", { name: `${first} AS ${argument}` });
  if (type === "transform") return whole("transform", { name: first, signature: argument });
  if (type === "type") return whole("type", splitQualified(first));
  if (type === "composite type column") return { kind: "type", id: { schema: first, name: second }, part: third };
  if (type === "domain constraint") return { kind: "domain", id: splitQualified(first), part: argument };
  throw new CatalogFormatError(`a comment stands on an object of the unknown type ${type}`);
}

/** Sets attributes of an object that another source described; false when there is none. */
export function amendTarget(
  assembly: Assembly,
  { kind, id }: Target,
  attributes: Readonly<Record<string, Amendment>>,
): boolean {
  if (assembly.amend(kind, id, attributes)) return true;
  // To the server a domain is a type; the address of a collation or an index is shorter than its identity here.
  if (kind === "type") return assembly.amend("domain", id, attributes);
  return assembly.amendNamed(kind, id, attributes);
}
