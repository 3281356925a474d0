/** Begins every statement of a way back that is repeated, each time in its own transaction, until it returns `left` 0. */
const MARK = "/* schema-gate: in batches, until it returns 0 */ ";

/** A transaction setting: how many rows the batch takes. */
export const SIZE_SETTING = "schema_gate.batch_size";

export function inBatches(statements: readonly string[]): readonly string[] {
  return statements.map((sql) => `${MARK}${sql}`);
}

export function isInBatches(sql: string): boolean {
  return sql.startsWith(MARK);
}
