import type { ObjectKind } from "../../../../lib/core/catalog/catalog.js";

/** One change of a schema and the difference that it must show, seen from the declared side. */
export interface MatrixEntry {
  readonly name: string;
  /** What is there before the change, beside the base. */
  readonly before?: string;
  readonly sql: string;
  readonly kind: ObjectKind;
  readonly subject: string;
  readonly change: "missing" | "unexpected" | "changed";
  readonly attribute?: string;
  readonly severity: "error" | "warning" | "note";
  /** First major version that knows it. */
  readonly since?: number;
  readonly unrepaired?: true;
}

type More = Partial<MatrixEntry>;

const entry =
  (change: MatrixEntry["change"], verb: string) =>
  (kind: ObjectKind, subject: string, sql: string, more: More = {}): MatrixEntry => ({
    name: `${verb} ${kind} ${subject}`,
    sql,
    kind,
    subject,
    change,
    severity: "error",
    ...more,
  });

/** The change makes an object that is not declared. */
export const made = entry("unexpected", "create");

/** The change takes a declared object away. */
export const gone = entry("missing", "drop");

/** The change leaves the object and moves one of its attributes. */
export function altered(
  kind: ObjectKind,
  subject: string,
  attribute: string,
  sql: string,
  more: More = {},
): MatrixEntry {
  return {
    name: `${kind} ${subject}: ${sql}`,
    sql,
    kind,
    subject,
    change: "changed",
    attribute,
    severity: "error",
    ...more,
  };
}

/** Of one object: attribute by attribute. */
export const alteredOf =
  (kind: ObjectKind, subject: string) =>
  (attribute: string, sql: string, more: More = {}): MatrixEntry =>
    altered(kind, subject, attribute, sql, more);

export const NOTE = { severity: "note" } as const;
export const WARNING = { severity: "warning" } as const;
/** There is no repair: only a person can decide. */
export const UNREPAIRED = { unrepaired: true } as const;
