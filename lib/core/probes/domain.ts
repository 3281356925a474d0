import type { AlterDomain } from "../operations/index.js";
import { identifier, literal } from "../sql/quote.js";
import type { Moment, Probe, ProbeDraft } from "./probe.js";
import { doubtAbout, type TableState } from "./state/table-state.js";
import { failingRows } from "./support/failing-rows.js";
import { tableName } from "./support/hit-query.js";
import { sameType } from "./support/same-type.js";

/** Values in columns of a domain, or of a domain over it, that its new constraint would refuse. */
export const domain: Probe = {
  code: "probe.domain",
  derive(operation, { before }) {
    if (operation.kind !== "alter-domain") return [];
    const refused = refusedValue(operation, before);
    if (refused === null) return [];
    const types = domainsOver(operation.domain.name, before);
    return before.all().flatMap((table) =>
      // Every child and partition shows its rows through its parent, but may also stand alone.
      table.columns
        .filter((column) => types.some((type) => sameType(column.type, type)))
        .map((column) => probeOf(operation, before, table, column, refused)),
    );
  },
};

/** SQL over `value`: true for a value that the change refuses. Null where nothing is checked. */
function refusedValue(operation: AlterDomain, before: Moment["before"]): string | null {
  const { change, check } = operation;
  if (change === "set not null") return "value IS NULL";
  if (change === "add constraint") return check?.validated ? `(${check.expression}) IS FALSE` : null;
  if (change !== "validate constraint") return null;
  for (const object of before.catalog.catalog.objects) {
    if (object.kind !== "domain" || object.id.name !== operation.domain.name) continue;
    const { constraints } = object.attributes;
    for (const each of Array.isArray(constraints) ? constraints : []) {
      const { name, definition } = each as { readonly name?: string; readonly definition?: string };
      const expression = /^CHECK \((.*)\)(?: NOT VALID)?$/s.exec(definition ?? "")?.[1];
      if (name === operation.constraint && expression !== undefined) return `(${expression}) IS FALSE`;
    }
  }
  return null;
}

function domainsOver(name: string, before: Moment["before"]): readonly string[] {
  const direct = before.catalog.catalog.objects.flatMap((object) =>
    object.kind === "domain" && sameType(String(object.attributes.base), name) ? [object.id.name] : [],
  );
  return [name, ...direct.flatMap((each) => domainsOver(each, before))];
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
  if (column.type.endsWith("]")) return refusedArray(operation, table, name);
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

/** The server does not look into arrays: it refuses the change, whatever they hold (`validateDomainCheckConstraint`). */
function refusedArray(operation: AlterDomain, table: TableState, name: string): ProbeDraft {
  return {
    code: domain.code,
    subject: { kind: "column", name },
    statement: operation.statement,
    meaning: `columns that hold arrays of the domain ${operation.domain.name}, which the server does not check`,
    count: "SELECT 1::bigint AS count",
    sample: `SELECT ${literal(name)}::text AS key`,
    repair: null,
    reads: [],
    doubt: doubtAbout(table, []),
  };
}
