import { canonicalJson } from "../../core/json.js";
import type { Migration } from "../../core/migration/release.js";
import { isRefusal } from "../../core/queries/description.js";
import type { Cause, Side } from "../../core/queries/examined.js";
import { literal } from "../../core/sql/quote.js";
import type { Statement } from "../../core/sql/statement.js";
import type { WorkloadQuery } from "../../core/workload/workload.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import { up } from "../proof/apply-on-clone.js";
import type { WorkingClone } from "../proof/clones.js";
import type { ProveOnClone } from "../proof/input.js";
import type { QueryScope } from "./as-each-role.js";
import { describeQueries, type Unsaid } from "./describe-queries.js";

/**
 * Runs the release again on its own clone, and describes these queries after each statement: the first statement that changes a query's
 * answer is the cause.
 */
export async function findCauses(
  { session }: WorkingClone,
  input: ProveOnClone,
  queries: readonly WorkloadQuery[],
  scope: QueryScope,
): Promise<ReadonlyMap<WorkloadQuery, Cause>> {
  const watch = new Causes(session, queries, scope);
  await watch.begin();
  try {
    for (const migration of input.migrations) {
      watch.migration = migration;
      await up(session, input, migration, [], { observe: { after: (statement) => watch.after(statement) } });
      if (migration.migrator) await watch.after(null);
    }
  } catch (error) {
    // It ran once; if it does not run twice, what was found up to that point holds.
    if (!(error instanceof DatabaseError)) throw error;
  }
  return watch.causes;
}

class Causes {
  readonly causes = new Map<WorkloadQuery, Cause>();
  migration: Migration | null = null;
  private said = new Map<WorkloadQuery, string>();

  constructor(
    private readonly session: Session,
    private readonly queries: readonly WorkloadQuery[],
    private readonly scope: QueryScope,
  ) {}

  async begin(): Promise<void> {
    this.said = await this.describe(this.queries);
  }

  async after(statement: Statement | null): Promise<void> {
    const left = this.queries.filter((query) => !this.causes.has(query));
    const path = this.session.path();
    const said = await this.describe(left);
    // The release continues with the search_path that it has set itself.
    await this.session.execute(`select pg_catalog.set_config('search_path', ${literal(path)}, false)`);
    for (const query of left)
      if (said.get(query) !== this.said.get(query)) this.causes.set(query, this.causeOf(statement));
  }

  private causeOf(statement: Statement | null): Cause {
    return {
      migration: this.migration?.version ?? "",
      statement: statement?.index ?? null,
      sql: statement?.sql ?? null,
      source: statement?.source ?? null,
    };
  }

  private async describe(queries: readonly WorkloadQuery[]): Promise<Map<WorkloadQuery, string>> {
    const sides = await describeQueries(this.session, queries, this.scope, () => this.enter());
    return new Map([...sides].map(([query, side]) => [query, saidOf(side)]));
  }

  /** A place to return to, in the release's transaction or in one of its own. */
  private async enter(): Promise<string> {
    try {
      await this.session.script("savepoint schema_gate_causes");
      return "rollback to savepoint schema_gate_causes; release savepoint schema_gate_causes";
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.code !== NO_TRANSACTION) throw error;
      await this.session.script("begin");
      return "rollback";
    }
  }
}

/** SQLSTATE no_active_sql_transaction. */
const NO_TRANSACTION = "25P01";

function saidOf(side: Side | Unsaid): string {
  if (!("described" in side)) return "unsaid";
  return isRefusal(side.described)
    ? "refused"
    : canonicalJson([side.described.columns, side.described.parameters, side.described.missing ?? []]);
}
