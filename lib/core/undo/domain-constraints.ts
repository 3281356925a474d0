import type { CatalogObject } from "../catalog/catalog.js";
import { identifier, qualified } from "../sql/quote.js";

/** A CHECK of a domain, with the statements that take it off and add it as it is. */
interface DomainConstraint {
  readonly name: string;
  readonly validated: boolean;
  readonly drop: string;
  readonly add: string;
}

export function domainConstraints({ id, attributes }: CatalogObject): readonly DomainConstraint[] {
  const { constraints } = attributes;
  if (!Array.isArray(constraints)) return [];
  const domain = `ALTER DOMAIN ${qualified(id.schema ?? "", id.name)}`;
  return (constraints as unknown as readonly { name: string; definition: string; validated: boolean }[]).map(
    ({ name, definition, validated }) => ({
      name,
      validated,
      drop: `${domain} DROP CONSTRAINT ${identifier(name)}`,
      add: `${domain} ADD CONSTRAINT ${identifier(name)} ${definition}`,
    }),
  );
}
