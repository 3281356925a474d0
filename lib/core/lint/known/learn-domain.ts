import { typeOf } from "../../postgres/column-type.js";
import { as, strings } from "../../sql/tree.js";
import type { LintStatement } from "../lint-statement.js";
import { partsKey } from "./key.js";
import type { Known } from "./known.js";

export function learnDomain(known: Known, statement: LintStatement): void {
  const create = as(statement.node, "CreateDomainStmt");
  if (!create) return;
  const constraints = (create.constraints ?? []).flatMap((node) => as(node, "Constraint") ?? []);
  const key = partsKey(strings(create.domainname));
  known.types.set(key, {
    key,
    kind: "domain",
    createdBy: statement,
    domain: {
      base: typeOf(create.typeName),
      notNull: constraints.some(({ contype }) => contype === "CONSTR_NOTNULL"),
      checks: constraints.flatMap(({ contype, conname }) => (contype === "CONSTR_CHECK" ? [conname ?? null] : [])),
      hasDefault: constraints.some(({ contype }) => contype === "CONSTR_DEFAULT"),
    },
  });
}

export function learnAlterDomain(known: Known, statement: LintStatement): void {
  const alter = as(statement.node, "AlterDomainStmt");
  const domain = known.types.get(partsKey(strings(alter?.typeName)))?.domain;
  if (!alter || !domain) return;
  // The letters of AlterDomainStmt.subtype in parsenodes.h.
  if (alter.subtype === "O" || alter.subtype === "N") domain.notNull = alter.subtype === "O";
  if (alter.subtype === "T") domain.hasDefault = alter.def !== undefined;
  if (alter.subtype === "C") {
    const constraint = as(alter.def, "Constraint");
    if (constraint?.contype === "CONSTR_NOTNULL") domain.notNull = true;
    else domain.checks = [...domain.checks, constraint?.conname ?? null];
  }
  // The server named an unnamed one: which of them is dropped is unknown.
  if (alter.subtype === "X") domain.checks = domain.checks.filter((name) => name !== null && name !== alter.name);
}
