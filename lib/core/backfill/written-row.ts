import type { TableRef } from "../catalog/lookup.js";
import type { Reader } from "./reader.js";
import { NOWHERE, type Place } from "./scope.js";
import { readCheck, readColumnType, readExpression } from "./types-and-operators.js";

/** The columns that get a value in a written row, and those that get their default. */
export interface WrittenColumns {
  writes(column: string): boolean;
  defaults(column: string): boolean;
}

/** The types, computed columns, defaults and checks that the server evaluates for a table's row. Throws `NotCuttable`. */
export function readWritten(reader: Reader, table: TableRef, { writes, defaults }: WrittenColumns): void {
  const { before } = reader;
  const place: Place = { ...NOWHERE, strict: false, depth: 1 };
  for (const { id, attributes } of before.columns(table)) {
    if (writes(id.name)) readColumnType(attributes.type, reader, place);
    if (attributes.generationExpression) readExpression(attributes.generationExpression, reader, place);
    if (defaults(id.name) && attributes.default) readExpression(attributes.default, reader, place);
  }
  for (const { definition, attributes } of before.constraints(table))
    if (attributes.type === "c") readCheck(definition ?? "", reader, place);
}
