/** One stage on the way from the rows that a tenant has now to the rows that a statement of the release meets. */
export interface Stage {
  /** Name of the common table expression. */
  readonly name: string;
  readonly sql: string;
}

/** The rows of a table at a moment of the release, as something that can be in FROM. */
export interface Rows {
  /** SQL: the table itself, or the name of the last stage. */
  readonly from: string;
  /** In an order in which each needs only those before it. */
  readonly stages: readonly Stage[];
  /** Tables of the tenant that are read, as quoted SQL names. */
  readonly reads: readonly string[];
}

/**
 * A query over rows, with the stages that they need before it. A stage that is used once costs nothing: it is inlined. What is
 * `computed` first is computed once, however often the query reads it.
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
