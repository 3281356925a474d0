import { canonicalJson } from "../../core/json.js";
import type { Migration } from "../../core/migration/release.js";
import { isRefusal } from "../../core/queries/description.js";
import type { Cause } from "../../core/queries/examined.js";
import { literal } from "../../core/sql/quote.js";
import type { Statement } from "../../core/sql/statement.js";
import type { WorkloadQuery } from "../../core/workload/workload.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import { up } from "../proof/apply-on-clone.js";
import type { WorkingClone } from "../proof/clones.js";
import type { ProveOnClone } from "../proof/input.js";
import type { QueryScope } from "./describe-queries.js";

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
    this.session.lookUpIn(this.scope.schema, this.scope.shared);
    this.said = await this.describe(this.queries);
  }

  async after(statement: Statement | null): Promise<void> {
    const left = this.queries.filter((query) => !this.causes.has(query));
    const path = this.session.path();
    this.session.lookUpIn(this.scope.schema, this.scope.shared);
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
    const described = await this.session.describe(queries, { plans: false });
    return new Map(
      queries.map((query, at) => {
        const one = described[at];
        return [query, one === undefined || isRefusal(one) ? "refused" : canonicalJson(one.columns)];
      }),
    );
  }
}
