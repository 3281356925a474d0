import { isRefusal } from "../../core/queries/description.js";
import type { ExaminedQuery } from "../../core/queries/examined.js";
import type { WorkloadQuery } from "../../core/workload/workload.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import { asEachRole, type QueryScope } from "./as-each-role.js";

/** SQLSTATE of "cached plan must not change result type". */
const CHANGED = "0A000";

/**
 * Queries whose prepared statements fail after the release although a description does not tell why: it leaves out the collations of the
 * columns. They are prepared before the release, in a session that lasts, and asked for their plan after it.
 */
export class Recollated {
  private readonly names = new Map<WorkloadQuery, string>();

  private constructor(
    private readonly session: Session,
    private readonly scope: QueryScope,
  ) {}

  static async prepare(session: Session, queries: readonly ExaminedQuery[], scope: QueryScope): Promise<Recollated> {
    const made = new Recollated(session, scope);
    await made.each(queries, async ({ query, before }) => {
      if (isRefusal(before.described)) return;
      const { parameters } = before.described;
      const name = `schema_gate_kept_${made.names.size}`;
      const types = query.parameters === null || parameters.length === 0 ? "" : `(${parameters.join(", ")})`;
      await session.execute(`prepare ${name}${types} as ${query.text}`);
      const values = parameters.length === 0 ? "" : `(${parameters.map(() => "null").join(", ")})`;
      made.names.set(query, name + values);
    });
    return made;
  }

  /** Those of them that fail now. */
  async failing(queries: readonly ExaminedQuery[]): Promise<ReadonlySet<WorkloadQuery>> {
    const failing = new Set<WorkloadQuery>();
    await this.each(queries, async ({ query }) => {
      const name = this.names.get(query);
      if (name === undefined) return;
      try {
        await this.session.execute(`explain execute ${name}`);
      } catch (error) {
        if (error instanceof DatabaseError && error.code === CHANGED) failing.add(query);
        throw error;
      }
    });
    return failing;
  }

  private async each(queries: readonly ExaminedQuery[], work: (query: ExaminedQuery) => Promise<void>): Promise<void> {
    await asEachRole(
      this.session,
      queries,
      this.scope,
      ({ query }) => query.role,
      async ({ queries: own }) => {
        await this.session.script("savepoint kept");
        for (const query of own) await this.tried(() => work(query));
      },
    );
  }

  private async tried(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof DatabaseError && error.isOfStatement)) throw error;
      await this.session.script("rollback to savepoint kept");
    }
  }
}
