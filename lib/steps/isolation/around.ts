import type { Finding } from "../../core/finding.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import { LeftTenant } from "../migration/stay-inside.js";
import { up } from "../proof/apply-on-clone.js";
import type { Clones, WorkingClone } from "../proof/clones.js";
import type { IsolationOnClone, ProveOnClone } from "../proof/input.js";
import { describeFailure } from "../proof/try-candidate.js";
import { changedSurroundings, readSurroundings, type Surroundings, type SurroundingsScope } from "./surroundings.js";

/** The clone's database around the tenant, from before the release. */
export class Around {
  private constructor(
    private readonly before: Surroundings | null,
    private readonly scope: SurroundingsScope | null,
  ) {}

  static async of(session: Session, { schema, isolation }: ProveOnClone): Promise<Around> {
    if (schema === null || !isolation) return new Around(null, null);
    const { shared, ofShared } = isolation.scope;
    const own = ofShared ? [schema, ...shared] : [schema];
    const scope = { own, ofShared, whole: [...shared, ...(isolation.neighbour ? [isolation.neighbour] : [])] };
    return new Around(await readSurroundings(session, scope), scope);
  }

  /** What the release changed beside its tenant. */
  async findings(session: Session): Promise<readonly Finding[]> {
    if (!this.before || !this.scope) return [];
    return changedSurroundings(this.before, await readSurroundings(session, this.scope)).map(changed);
  }
}

/**
 * Runs the release for a second tenant of the same database, where the first has it already: what names a schema in a way that
 * no text shows would meet the first tenant's again.
 */
export async function runForSibling(
  clones: Clones,
  working: WorkingClone,
  input: ProveOnClone,
): Promise<readonly Finding[]> {
  const { schema, isolation } = input;
  if (schema === null || !isolation?.sibling) return [];
  // Each tenant has a session of its own in the rollout too.
  const session = await clones.connect(working.clone);
  try {
    return await runBeside(session, input, schema, isolation);
  } finally {
    await session.close();
  }
}

async function runBeside(
  session: Session,
  input: ProveOnClone,
  schema: string,
  isolation: IsolationOnClone,
): Promise<readonly Finding[]> {
  const sibling = isolation.sibling ?? schema;
  const scope = { own: [sibling], ofShared: false, whole: [...isolation.scope.shared, schema] };
  const before = await readSurroundings(session, scope);
  try {
    for (const migration of input.migrations) await up(session, { ...input, schema: sibling }, migration, []);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return [failedForSibling(sibling, error)];
  }
  return changedSurroundings(before, await readSurroundings(session, scope)).map(changed);
}

function changed(what: string): Finding {
  return {
    code: "isolation.changed",
    gate: "dry-run",
    severity: "error",
    subject: { kind: "release", name: "release" },
    message: `On the clone, the release changed what is not its tenant's. ${what}`,
    remedy: {
      text: "Keep the release to the tenant's own schema; what the tenants share is changed once, before their release.",
    },
  };
}

function failedForSibling(schema: string, error: DatabaseError): Finding {
  return {
    code: error instanceof LeftTenant ? "isolation.left" : "isolation.not-beside",
    gate: "dry-run",
    severity: "error",
    subject: { kind: "schema", name: schema },
    message: `On the clone, the release ran for one tenant and then not for ${schema} in the same database: ${describeFailure(error)}.`,
    remedy: { text: "Keep the release to the tenant's own schema, so that it can run for each of them." },
  };
}
