import type { AlterDomain } from "../operations/index.js";
import { identifier, literal, qualified } from "../sql/quote.js";
import type { Moment, Probe, ProbeDraft } from "./probe.js";
import { type TableState, uncertaintyOf } from "./state/table-state.js";
import { type Domain, domainNamed } from "./support/domains.js";
import { failingRows } from "./support/failing-rows.js";
import { tableName } from "./support/hit-query.js";
import { sameType } from "./support/same-type.js";
import { unknownProbe } from "./support/unknown-probe.js";

/** Values in columns of a domain, or of a domain over it, that the domain's new constraint would refuse. */
export const domain: Probe = {
  code: "probe.domain",
  derive(operation, { before }) {
    if (operation.kind !== "alter-domain") return [];
    const changed = domainNamed(operation.domain, before);
    const refused = changed && refusedValue(operation, changed);
    if (!changed) return [];
    // A constraint that the release itself added is in no catalog yet.
    const own =
      refused === null && operation.change === "validate constraint" && before.isAltered(operation.domain.name);
    if (refused === null && !own) return [];
    const types = domainsOver(changed.name, before);
    const holders = typesWith(types, before);
    return before.all().flatMap((table) =>
      // Every child and partition shows its rows through its parent, but may also exist without one.
      table.columns.flatMap((column) => {
        if (types.some((type) => !isArray(column.type) && sameType(column.type, type)))
          return [refused === null ? unasked(operation, table) : probeOf(operation, before, table, column, refused)];
        const inside = [...types, ...holders].some((type) => sameType(column.type, type));
        return inside ? [refusedInside(operation, table, `${tableName(table)}.${column.name}`)] : [];
      }),
    );
  },
};

function unasked({ statement, domain: { name } }: AlterDomain, table: TableState): ProbeDraft {
  return unknownProbe(
    domain.code,
    statement,
    table,
    `The release itself adds the constraint of the domain ${name} before it`,
  );
}

function isArray(type: string): boolean {
  return type.endsWith("]");
}

/** SQL over `value`: true for a value that the change refuses. Null where nothing is checked. */
function refusedValue({ change, check, constraint }: AlterDomain, { checks }: Domain): string | null {
  if (change === "set not null") return "value IS NULL";
  if (change === "add constraint") return check?.validated ? `(${check.expression}) IS FALSE` : null;
  if (change !== "validate constraint") return null;
  const validated = checks.find(({ name }) => name === constraint);
  return validated ? `(${validated.expression}) IS FALSE` : null;
}

/** The domain and those over it. */
function domainsOver(name: string, before: Moment["before"]): readonly string[] {
  const direct = before.catalog.catalog.objects.flatMap((object) =>
    object.kind === "domain" &&
    !isArray(String(object.attributes.base)) &&
    sameType(String(object.attributes.base), name)
      ? [qualified(object.id.schema, object.id.name)]
      : [],
  );
  return [name, ...direct.flatMap((each) => domainsOver(each, before))];
}

/** Composite types, row types of tables, ranges, and domains over arrays that contain a value of these types, at every depth. */
function typesWith(types: readonly string[], before: Moment["before"]): readonly string[] {
  const found = new Set<string>();
  const holds = (parts: readonly string[]) =>
    parts.some((part) => [...types, ...found].some((type) => sameType(part, type)));
  const parts = new Map<string, readonly string[]>();
  for (const table of before.all()) {
    parts.set(
      qualified(table.name.schema, table.name.name),
      table.columns.map(({ type }) => type),
    );
  }
  for (const { kind, id, attributes } of before.catalog.catalog.objects) {
    const name = qualified(id.schema, id.name);
    if (kind === "domain" && !types.includes(name)) parts.set(name, [String(attributes.base)]);
    if (kind === "type") parts.set(name, typeParts(attributes));
  }
  for (let size = -1; size < found.size; ) {
    size = found.size;
    for (const [name, inner] of parts) if (holds(inner)) found.add(name);
  }
  return [...found];
}

function typeParts(attributes: object): readonly string[] {
  const { columns, range } = attributes as {
    readonly columns?: readonly (readonly [string, string, ...unknown[]])[] | null;
    readonly range?: { readonly subtype?: string; readonly multirange?: string | null } | null;
  };
  return [...(columns ?? []).map(([, type]) => type), ...(range?.subtype ? [range.subtype] : [])];
}

function probeOf(
  operation: AlterDomain,
  before: Moment["before"],
  table: TableState,
  column: TableState["columns"][number],
  refused: string,
): ProbeDraft {
  const value = `${identifier(table.name.name)}.${identifier(column.name)}`;
  const name = `${tableName(table)}.${column.name}`;
  const empties = operation.change !== "set not null" && !column.notNull && !column.generated;
  return failingRows(before, {
    code: domain.code,
    subject: { kind: "column", name },
    statement: operation.statement,
    meaning: `values of ${name} that the domain ${operation.domain.name} would refuse`,
    table,
    condition: `EXISTS (SELECT FROM (SELECT ${value} AS value) AS one WHERE ${refused})`,
    columns: [column.name],
    own: true,
    why: "refused",
    set: empties ? { column: column.name, value: "NULL" } : null,
  });
}

/**
 * The server does not look into arrays, composite values and ranges: it refuses the change, whatever they hold
 * (`validateDomainCheckConstraint`).
 */
function refusedInside(operation: AlterDomain, table: TableState, name: string): ProbeDraft {
  return {
    code: domain.code,
    subject: { kind: "column", name },
    statement: operation.statement,
    meaning: `columns that hold the domain ${operation.domain.name} inside their values, which the server does not check`,
    count: "SELECT 1::bigint AS count",
    sample: `SELECT ${literal(name)}::text AS key`,
    repair: null,
    reads: [],
    uncertainty: uncertaintyOf(table, []),
  };
}
