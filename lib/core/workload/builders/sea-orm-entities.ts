import { attributeText, columnsTold, entityModel, fieldsOf, tableAttribute } from "../../rust/sea-orm/entity-names.js";
import type { Crate } from "../../rust/syntax/crate.js";
import { type Item, pathOf } from "../../rust/syntax/items.js";
import { camelCase } from "../../rust/syntax/names.js";
import type { RustNode } from "../../rust/syntax/rust-node.js";
import { identifier } from "../../sql/quote.js";
import { SeaOrmRelations } from "./sea-orm-relations.js";
import type { MappedTable } from "./statement-text.js";

/** A column of an entity, with the types to which SeaORM casts when it reads and writes. */
export interface MappedField {
  readonly name: string;
  readonly column: string;
  readonly variant: string;
  readonly selectAs: string | null;
  readonly saveAs: string | null;
}

/** A table of `DeriveEntityModel`. */
export interface Entity extends MappedTable {
  readonly fields: readonly MappedField[];
  /** What its `ActiveModelBehavior` overrides, such as `new` or `before_save`. Null when the files contain none. */
  readonly behaviour: ReadonlySet<string> | null;
}

/** What paths mean in an application that uses SeaORM. */
export class Entities {
  readonly relations: SeaOrmRelations;
  private readonly known = new Map<RustNode, Entity | null>();

  constructor(private readonly crate: Crate) {
    this.relations = new SeaOrmRelations(crate, this);
  }

  /** The entity of `cake::Entity` or `cake::ActiveModel`. Null when the files do not give all of it. */
  named(path: readonly string[], node: RustNode): Entity | null {
    const model = path.length > 0 ? entityModel(this.crate, path, node) : null;
    return model && this.of(model);
  }

  /** The column of `cake::Column::Name`. */
  column(node: RustNode): { readonly entity: Entity; readonly field: MappedField } | null {
    return node.type === "scoped_identifier" ? this.columnAt(pathOf(node), node) : null;
  }

  columnAt(path: readonly string[], node: RustNode): { readonly entity: Entity; readonly field: MappedField } | null {
    const found = this.crate.value(path, node);
    if (found?.kind !== "member" || found.item.kind !== "derived" || found.item.name !== "Column") return null;
    const [variant] = found.rest;
    const entity = found.rest.length === 1 ? this.of(found.item) : null;
    const field = entity?.fields.find((each) => each.variant === variant);
    return entity && field ? { entity, field } : null;
  }

  /** Whether a table or a column is named anywhere below. */
  mentions(node: RustNode): boolean {
    return [node, ...node.descendants()].some((each) => {
      if (each.type !== "scoped_identifier" && each.type !== "identifier") return false;
      const found = this.crate.value(pathOf(each), each);
      return (found?.kind === "member" || found?.kind === "item") && found.item.kind === "derived";
    });
  }

  private of(model: Item): Entity | null {
    const known = this.known.get(model.node);
    if (known !== undefined) return known;
    const made = this.crate.untold(model) === null && columnsTold(model) ? this.read(model) : null;
    this.known.set(model.node, made);
    return made;
  }

  private read(model: Item): Entity | null {
    const name = tableAttribute(model);
    if (name === null) return null;
    const fields = fieldsOf(model).map(({ name: field, column, variant, type, attributes }) => {
      const stored = type ? this.enumOf(type) : null;
      const selectAs = attributeText(attributes, "select_as") ?? (stored && `text${stored.array}`);
      const saveAs = attributeText(attributes, "save_as") ?? (stored && `${identifier(stored.name)}${stored.array}`);
      const isKey = attributes.some(({ text }) => /\bprimary_key\b/.test(text));
      return { name: field, column, variant, selectAs, saveAs, isKey };
    });
    return {
      schema: attributeText(model.attributes, "schema_name"),
      name,
      columns: fields.map(({ column }) => column),
      key: fields.filter(({ isKey }) => isKey).map(({ column }) => column),
      fields,
      behaviour: this.behaviourOf(model),
    };
  }

  private behaviourOf(model: Item): ReadonlySet<string> | null {
    const impls = this.crate.all("impl").filter(({ trait, node }) => {
      if (trait !== "ActiveModelBehavior") return false;
      const found = this.crate.type(pathOf(node.field("type")), node);
      return found?.kind === "item" && found.item.node === model.node;
    });
    if (impls.length === 0) return null;
    return new Set(impls.flatMap((impl) => this.crate.methods(impl)).map(({ name }) => name));
  }

  /** The database enum whose values a field holds; SeaORM reads those as text. */
  private enumOf(type: RustNode): { readonly name: string; readonly array: string } | null {
    const outer = pathOf(type.type === "generic_type" ? type.field("type") : type).at(-1);
    const inner = type.type === "generic_type" ? type.field("type_arguments")?.plain[0] : undefined;
    if (inner && outer === "Option") return this.enumOf(inner);
    if (inner && outer === "Vec") {
      const item = this.enumOf(inner);
      return item && { ...item, array: "[]" };
    }
    const found = this.crate.type(pathOf(type), type);
    if (found?.kind !== "item") return null;
    const { attributes } = found.item;
    if (!attributes.some(({ text }) => /\bDeriveActiveEnum\b/.test(text))) return null;
    const name = attributeText(attributes, "enum_name") ?? camelCase(found.item.name);
    return attributeText(attributes, "db_type") === "Enum" ? { name, array: "" } : null;
  }
}

/** A column as SeaORM names it: by its table, whatever schema that is in. */
export function columnText({ name }: Entity, column: string): string {
  return `${identifier(name)}.${identifier(column)}`;
}

/** A column as SeaORM selects it. */
export function selectedText(entity: Entity, field: MappedField): string {
  return read(columnText(entity, field.column), field);
}

export function everyColumn(entity: Entity): string {
  return entity.fields.map((field) => selectedText(entity, field)).join(", ");
}

/** RETURNING names only columns. */
export function returnedColumns({ fields }: Entity): string {
  return returnedFields(fields);
}

export function returnedKey({ key, fields }: Entity): string {
  return returnedFields(fields.filter(({ column }) => key.includes(column)));
}

function returnedFields(fields: readonly MappedField[]): string {
  return fields.map((field) => read(identifier(field.column), field)).join(", ");
}

function read(text: string, { selectAs }: MappedField): string {
  return selectAs === null ? text : `CAST(${text} AS ${selectAs})`;
}

/** A value as SeaORM binds it for a column. */
export function boundText({ saveAs }: MappedField, value: string): string {
  return saveAs === null ? value : `CAST(${value} AS ${saveAs})`;
}
