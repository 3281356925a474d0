import { attributeText } from "../../rust/sea-orm/entity-names.js";
import type { Crate } from "../../rust/syntax/crate.js";
import { pathOf } from "../../rust/syntax/items.js";
import type { RustNode } from "../../rust/syntax/rust-node.js";
import { variantsOf } from "../../rust/syntax/variants.js";
import type { Entities, Entity, MappedField } from "./sea-orm-entities.js";

/** Columns of an entity that are equal to those of another. */
export interface Join {
  readonly from: Entity;
  readonly to: Entity;
  readonly pairs: readonly (readonly [MappedField, MappedField])[];
}

/** `Relation::Slice.def()`, `super::topping::Relation::Cake.def().rev()` */
const DEFINED =
  /^\{?\s*(?:Some\(\s*)?((?:\w+\s*::\s*)*)Relation\s*::\s*(\w+)\s*\.\s*def\(\)\s*(\.\s*rev\(\))?\s*\)?\s*\}?$/;

/** How the entities of an application belong together. */
export class SeaOrmRelations {
  constructor(
    private readonly crate: Crate,
    private readonly entities: Entities,
  ) {}

  /** What `impl Related<Other> for Entity` says, over a third table if it does. Null when the files do not say. */
  between(entity: Entity, other: Entity): readonly Join[] | null {
    const impl = this.implOf(entity, other);
    if (!impl || entity === other) return null;
    const methods = new Map(this.crate.methods(impl).map(({ name, node }) => [name, node.field("body")]));
    const [to, via] = [methods.get("to"), methods.get("via")];
    const last = to ? this.defined(to.text, to) : null;
    if (!last || !via) return last && [last];
    const first = this.defined(via.text, via);
    return first && [first, last];
  }

  private implOf(entity: Entity, other: Entity) {
    const found = this.crate.all("impl").filter(({ trait, node }) => {
      if (trait !== "Related") return false;
      const argument = node.field("trait")?.field("type_arguments")?.plain[0];
      const of = (type: RustNode | null | undefined) => (type ? this.entities.named(pathOf(type), node) : null);
      return of(argument) === other && of(node.field("type")) === entity;
    });
    return found.length === 1 ? (found[0] ?? null) : null;
  }

  /** The join that a relation's text names. */
  defined(text: string, node: RustNode): Join | null {
    const [, owner = "", variant = "", rev] = DEFINED.exec(text.trim()) ?? [];
    if (variant === "") return null;
    const path = owner.split("::").map((part) => part.trim());
    const found = this.crate.type([...path.filter(Boolean), "Relation"], node);
    const item = found?.kind === "item" && found.item.kind === "enum" ? found.item : null;
    const body = item?.node.field("body");
    if (!item || !body || !item.attributes.some((each) => /\bDeriveRelation\b/.test(each.text))) return null;
    const [only, ...more] = variantsOf(body).filter(({ name }) => name === variant);
    const join = only && more.length === 0 ? this.derived(only.attributes, item.node) : null;
    return join && rev ? reversed(join) : join;
  }

  private derived(attributes: readonly RustNode[], node: RustNode): Join | null {
    const named = (key: string) => {
      const text = attributeText(attributes, key);
      return text === null ? null : this.entities.named(text.split("::"), node);
    };
    if (attributes.some(({ text }) => /\bon_condition\b|\bcondition_type\b/.test(text))) return null;
    const self = this.entities.named(["Entity"], node);
    const parent = named("belongs_to");
    if (self && parent) {
      const [from, to] = [this.columns(attributes, "from", node), this.columns(attributes, "to", node)];
      if (!from || !to || from.length !== to.length) return null;
      return { from: self, to: parent, pairs: from.map((field, at) => [field, to[at] as MappedField] as const) };
    }
    const child = named("has_many") ?? named("has_one");
    const back = self && child ? this.between(child, self) : null;
    return back?.length === 1 && back[0] ? reversed(back[0]) : null;
  }

  /** `"Column::A"`, `"(Column::A, Column::B)"` */
  private columns(attributes: readonly RustNode[], key: string, node: RustNode): readonly MappedField[] | null {
    const text = attributeText(attributes, key)?.replace(/[\s()]/g, "");
    const found = text?.split(",").map((path) => this.entities.columnAt(path.split("::"), node)?.field);
    return found?.every((field) => field !== undefined) ? found : null;
  }
}

function reversed({ from, to, pairs }: Join): Join {
  return { from: to, to: from, pairs: pairs.map(([a, b]) => [b, a] as const) };
}
