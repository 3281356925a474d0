import type { ColumnType } from "../../../postgres/column-type.js";
import { partsKey } from "../../known/key.js";
import type { Known } from "../../known/known.js";

export interface DomainFacts {
  readonly name: string;
  /** The type under all domains. */
  readonly base: ColumnType | null;
  readonly constrained: boolean;
  readonly notNull: boolean;
  readonly hasDefault: boolean;
}

/** What holds for values of a type, including the domains under it; null for one that is not a known domain, and for an array of one. */
export function domainOf(known: Known, type: ColumnType | null): DomainFacts | null {
  const found = type && !type.array ? known.types.get(partsKey(type.name.replaceAll('"', "").split("."))) : undefined;
  const { domain } = found ?? {};
  if (!found || !domain) return null;
  const under = domainOf(known, domain.base);
  return {
    name: found.key,
    base: under ? under.base : domain.base,
    constrained: domain.notNull || domain.checks.length > 0 || under?.constrained === true,
    notNull: domain.notNull || under?.notNull === true,
    hasDefault: domain.hasDefault || under?.hasDefault === true,
  };
}
