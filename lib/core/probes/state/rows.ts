/** One stage on the way from a tenant's present rows to the rows that a statement of the release meets. */
export interface Stage {
  /** Name of the common table expression. */
  readonly name: string;
  readonly sql: string;
}

/** The rows of a table at a moment of the release, in a form that can be in FROM. */
export interface Rows {
  /** SQL: the table itself, or the name of the last stage. */
  readonly from: string;
  /** Ordered so that each needs only the earlier ones. */
  readonly stages: readonly Stage[];
  /** The tenant's tables that are read, as quoted SQL names. */
  readonly reads: readonly string[];
}

/**
 * A query over rows, after the stages that they need. A stage used once costs nothing: it is inlined. A `computed` stage is computed once, however
 * often the query reads it.
 */
export function overRows(rows: readonly Rows[], query: string, computed: readonly Stage[] = []): string {
  const stages = new Map(rows.flatMap((each) => each.stages).map((stage) => [stage.name, stage.sql]));
  const list = [
    ...[...stages].map(([name, sql]) => `${name} AS NOT MATERIALIZED (${sql})`),
    ...computed.map(({ name, sql }) => `${name} AS MATERIALIZED (${sql})`),
  ];
  return list.length === 0 ? query : `WITH ${list.join(", ")} ${query}`;
}

export function readsOf(rows: readonly Rows[]): readonly string[] {
  return [...new Set(rows.flatMap((each) => each.reads))];
}
