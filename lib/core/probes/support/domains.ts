import { type OtherObject, TENANT_SCHEMA } from "../../catalog/catalog.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { qualified } from "../../sql/quote.js";
import type { ReleaseState } from "../state/release-state.js";
import { sameType } from "./same-type.js";

/** A domain as the tenant has it now. */
export interface Domain {
  /** SQL, with its schema. */
  readonly name: string;
  readonly base: string;
  readonly notNull: boolean;
  /** SQL text; null for none. */
  readonly default: string | null;
  /** Over `value`; including NOT VALID ones: they apply to a new value. */
  readonly checks: readonly { readonly name: string; readonly expression: string }[];
}

/** The domain that a type's name means; null for any other type, including an array of a domain. */
export function domainOf(type: string, state: ReleaseState): Domain | null {
  if (type.endsWith("]")) return null;
  const found = state.catalog.catalog.objects.filter(
    (object): object is OtherObject => object.kind === "domain" && sameType(nameOf(object), type),
  );
  const rank = (object: OtherObject) => [TENANT_SCHEMA, "public"].indexOf(object.id.schema ?? "") >>> 0;
  const [first] = [...found].sort((a, b) => rank(a) - rank(b));
  return first ? described(first) : null;
}

/** The same by a name as a statement writes it. */
export function domainNamed({ schema, name }: QualifiedName, state: ReleaseState): Domain | null {
  return domainOf(qualified(schema, name), state);
}

/** The domains that a type goes through down to the type that is not a domain, in that order. */
export function domainChain(type: string, state: ReleaseState): readonly Domain[] {
  const domain = domainOf(type, state);
  return domain ? [domain, ...domainChain(domain.base, state)] : [];
}

/** The type below every domain. */
export function baseType(type: string, state: ReleaseState): string {
  return domainChain(type, state).at(-1)?.base ?? type;
}

/** SQL: true for a value of the base type that one of the domains refuses. Null when none refuses anything. */
export function refusedByDomains(value: string, domains: readonly Domain[]): string | null {
  const refused = domains.flatMap(({ notNull, checks }) => [
    ...(notNull ? ["value IS NULL"] : []),
    ...checks.map(({ expression }) => `(${expression}) IS FALSE`),
  ]);
  const base = domains.at(-1)?.base;
  if (base === undefined || refused.length === 0) return null;
  return `EXISTS (SELECT FROM (SELECT (${value})::${base} AS value) AS one WHERE ${refused.join(" OR ")})`;
}

/** What a column of the type holds when nothing is specified; null for NULL. */
export function domainDefault(type: string, state: ReleaseState): string | null {
  return domainChain(type, state).find((domain) => domain.default !== null)?.default ?? null;
}

function nameOf({ id }: OtherObject): string {
  return qualified(id.schema, id.name);
}

function described(object: OtherObject): Domain {
  const { base, notNull, default: value, constraints } = object.attributes;
  const checks = (Array.isArray(constraints) ? constraints : []).flatMap((each) => {
    const { name = "", definition = "" } = each as { readonly name?: string; readonly definition?: string };
    const expression = /^CHECK \((.*)\)(?: NOT VALID)?$/s.exec(definition)?.[1];
    return expression === undefined ? [] : [{ name, expression }];
  });
  return {
    ...{ name: nameOf(object), base: String(base), notNull: notNull === true },
    ...{ default: typeof value === "string" ? value : null, checks },
  };
}
