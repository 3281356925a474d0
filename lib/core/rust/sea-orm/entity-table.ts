import { callItem } from "../evaluate/calls.js";
import { valueOfText } from "../evaluate/code-in-text.js";
import type { Machine } from "../evaluate/machine.js";
import { type Call, type Term, text, type Value } from "../evaluate/value.js";
import { NotLowered } from "../lowering.js";
import { cfgOf } from "../syntax/attributes.js";
import type { Item } from "../syntax/items.js";
import type { RustNode } from "../syntax/rust-node.js";
import { variantsOf } from "../syntax/variants.js";
import { columnCalls, keysOf, type NamedCall } from "./entity-column.js";
import { attributeText, columnsTold, type EntityField, entityModel, fieldsOf, tableAttribute } from "./entity-names.js";
import { describe, nameOf, namesOf, tableOf } from "./names.js";
import { madeTerm } from "./schema-helpers.js";

interface Entity {
  readonly model: Item;
  readonly fields: readonly EntityField[];
  readonly table: Value;
  readonly name: string;
}

/** `Schema::create_table_from_entity(x::Entity)`. Source: sea-orm `schema/entity.rs`. */
export function tableFromEntity(machine: Machine, value: Value | undefined, node: RustNode): Term {
  const entity = entityOf(machine, value, node);
  const keys = entity.fields.filter((field) => keysOf(field).has("primary_key"));
  const calls: NamedCall[] = entity.fields.map((field) => ["col", columnTerm(machine, field, keys, node)]);
  if (keys.length > 1) {
    const index = madeTerm(
      machine,
      ["Index", "create"],
      [],
      [
        ...keys.map((field): NamedCall => ["col", text(field.column)]),
        ["name", text(`pk-${entity.name}`)],
        ["primary"],
      ],
      node,
    );
    calls.push(["primary_key", index]);
  }
  for (const key of relations(machine, entity, node)) calls.push(["foreign_key", key]);
  return madeTerm(machine, ["Table", "create"], [], [...calls, ["table", entity.table]], node);
}

/** `Schema::create_index_from_entity(x::Entity)`. */
export function indexesFromEntity(machine: Machine, value: Value | undefined, node: RustNode): Value {
  const { fields, name, table } = entityOf(machine, value, node);
  const index = (suffix: string, columns: readonly EntityField[], more: NamedCall[]) =>
    madeTerm(
      machine,
      ["Index", "create"],
      [],
      [
        ["name", text(`idx-${name}-${suffix}`)],
        ["table", table],
        ...more,
        ...columns.map((each): NamedCall => ["col", text(each.column)]),
      ],
      node,
    );
  const single = fields.filter((field) => keysOf(field).has("indexed") && !keysOf(field).has("unique"));
  const shared = new Map<string, EntityField[]>();
  for (const field of fields) {
    const key = attributeText(field.attributes, "unique_key");
    if (key !== null) shared.set(key, [...(shared.get(key) ?? []), field]);
  }
  const sorted = [...shared].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    kind: "list",
    items: [
      ...single.map((field) => index(field.column, [field], [])),
      ...sorted.map(([key, columns]) => index(key, columns, [["unique"]])),
    ],
  };
}

function entityOf(machine: Machine, value: Value | undefined, node: RustNode): Entity {
  const path = value?.kind === "path" ? value.segments : value?.kind === "struct" ? value.path : null;
  const model = path && value && "node" in value && value.node ? entityModel(machine.crate, path, value.node) : null;
  const name = model ? tableAttribute(model) : null;
  if (!model || name === null) throw new NotLowered(`The entity ${describe(value)} is not among the files`, node);
  if (!columnsTold(model)) {
    throw new NotLowered(`What the attributes of ${describe(value)} make of its columns is not known`, node);
  }
  const schema = attributeText(model.attributes, "schema_name");
  const table: Value = schema === null ? text(name) : { kind: "list", items: [text(schema), text(name)] };
  return { model, fields: fieldsOf(model), table, name };
}

/** Types with which a primary key of one column does not auto-increment. */
const UNCOUNTED = /(String|Uuid)$/;

function columnTerm(machine: Machine, field: EntityField, keys: readonly EntityField[], node: RustNode): Term {
  const [type = ["text"], ...calls] = columnCalls(machine, field);
  const more: NamedCall[] = [...calls];
  const [only] = keys;
  if (keys.includes(field)) {
    if (keys.length === 1 && only && counts(only)) more.push(["auto_increment"]);
    if (keys.length === 1) more.push(["primary_key"]);
  }
  const [method, first] = type;
  if (method === "as_type" && first) {
    return madeTerm(machine, ["ColumnDef", "new_with_type"], [text(field.column), first], more, node);
  }
  return madeTerm(machine, ["ColumnDef", "new"], [text(field.column)], [type, ...more], node);
}

function counts(key: EntityField): boolean {
  const written = keysOf(key).get("auto_increment")?.text;
  return written === undefined ? !UNCOUNTED.test(key.type?.text.replace(/\s+/g, "") ?? "") : written === "true";
}

/** The foreign keys of the relations that the entity does not own. */
function relations(machine: Machine, entity: Entity, node: RustNode): readonly Term[] {
  const found = machine.crate.type(["Relation"], entity.model.node);
  const item = found?.kind === "item" && found.item.kind === "enum" ? found.item : null;
  const body = item?.node.field("body") ?? null;
  if (!item || !body || machine.crate.untold(item) !== null)
    throw new NotLowered("The entity's relations are not among the files", node);
  const variants = variantsOf(body);
  const derived = item.attributes.some((each) => /\bDeriveRelation\b/.test(each.text));
  return variants.flatMap(({ name, node: variant, attributes }) => {
    if (cfgOf(attributes) === "maybe") throw new NotLowered("Whether the build has the relation is not known", node);
    const code = derived ? derivedRelation(attributes, node) : null;
    const value = derived
      ? code === null
        ? null
        : valueOfText(machine, code, variant)
      : writtenRelation(machine, item, name, variant);
    return value === null ? [] : foreignKey(machine, value, entity, node);
  });
}

/** What `DeriveRelation` generates for a variant, as code; null for a relation that needs no key here. */
function derivedRelation(attributes: readonly RustNode[], node: RustNode): string | null {
  const of = (key: string) => attributeText(attributes, key);
  const all = attributes.map((each) => each.text).join(" ");
  if (of("has_many") !== null || of("has_one") !== null) return null;
  if (/\bskip_fk\b/.test(all)) return null;
  const [other, from, to] = [of("belongs_to"), of("from"), of("to")];
  if (other === null || from === null || to === null)
    throw new NotLowered("A relation of the entity is not known", node);
  const actions = ["on_delete", "on_update"].flatMap((key) =>
    of(key) === null ? [] : [`.${key}(ForeignKeyAction::${of(key)})`],
  );
  const name = of("fk_name");
  const named = name === null ? "" : `.fk_name(${JSON.stringify(name)})`;
  return `Entity::belongs_to(${other}).from(${from}).to(${to})${actions.join("")}${named}`;
}

/** A hand-written `impl RelationTrait`: the arm of its `match` for a variant. */
function writtenRelation(machine: Machine, item: Item, variant: string, node: RustNode): Value {
  const impl = machine.crate.implsOf(item).filter((each) => each.trait === "RelationTrait");
  const [method] = impl.length === 1 && impl[0] ? machine.crate.methods(impl[0]) : [];
  const self: Value = { kind: "path", segments: ["Relation", variant], node };
  if (method?.name !== "def") throw new NotLowered("A relation of the entity is not known", node);
  return callItem(machine, method, [], self, node);
}

function foreignKey(machine: Machine, value: Value, entity: Entity, node: RustNode): readonly Term[] {
  const start = value.kind === "term" ? value.head.slice(-2).join("::") : "";
  if (value.kind !== "term") throw new NotLowered("A relation of the entity is not known", node);
  if (/::(has_many|has_one)$/.test(start)) return [];
  if (start !== "Entity::belongs_to") throw new NotLowered("A relation of the entity is not known", node);
  const last = (method: string): Call | undefined => value.calls.findLast((call) => call.method === method);
  const other = value.calls.find(
    (call) => !/^(from|to|on_delete|on_update|fk_name|skip_fk|into|on_condition)$/.test(call.method),
  );
  if (other) throw new NotLowered(`What ${other.method} does to a relation is not known`, other.node);
  if (last("skip_fk")) return [];
  const columns = namesOf(machine, last("from")?.args[0]);
  const written = last("fk_name")?.args[0];
  const name = written ? nameOf(machine, written) : `fk-${entity.name}-${columns.join("-")}`;
  const { schema, name: table } = referenced(machine, value.args[0]);
  const to: Value = schema === null ? text(table) : { kind: "list", items: [text(schema), text(table)] };
  const calls: NamedCall[] = [
    ["name", text(name)],
    ["from_tbl", entity.table],
    ...columns.map((column): NamedCall => ["from_col", text(column)]),
    ["to_tbl", to],
    ...namesOf(machine, last("to")?.args[0]).map((column): NamedCall => ["to_col", text(column)]),
  ];
  for (const action of ["on_delete", "on_update"]) {
    const call = last(action);
    if (call?.args[0]) calls.push([action, call.args[0]]);
  }
  return [madeTerm(machine, ["ForeignKey", "create"], [], calls, node)];
}

function referenced(machine: Machine, value: Value | undefined) {
  const model = value?.kind === "path" ? entityModel(machine.crate, value.segments, value.node) : null;
  const schema = model ? attributeText(model.attributes, "schema_name") : null;
  return { ...tableOf(machine, value), schema };
}
