import type { Finding } from "../../core/finding.js";
import { type Clone, DatabaseError, type Session } from "../../ports/database.js";
import { LeftTenant } from "../migration/stay-inside.js";
import { up } from "../proof/apply-on-clone.js";
import type { Clones, WorkingClone } from "../proof/clones.js";
import type { ProveOnClone } from "../proof/input.js";
import { describeFailure } from "../proof/try-candidate.js";
import { namesThatMeanOthers, readHidingNames } from "./hiding-names.js";
import { changedSurroundings, readSurroundings, type Surroundings, type SurroundingsScope } from "./surroundings.js";

/** The clone's database around the tenant, as it was before the release. */
export class Around {
  private constructor(
    private readonly before: Read | null,
    private readonly scope: SurroundingsScope | null,
  ) {}

  static async of(clones: Clones, { clone }: WorkingClone, { schema, isolation }: ProveOnClone): Promise<Around> {
    if (schema === null || !isolation) return new Around(null, null);
    const { shared, ofShared, tenants } = isolation.scope;
    const scope = {
      own: [schema],
      ofShared,
      shared,
      tenants,
      whole: [...shared, ...(isolation.neighbour ? [isolation.neighbour] : [])],
    };
    return new Around(await readAsLogin(clones, clone, scope), scope);
  }

  /** What the release changed outside its tenant. */
  async findings(clones: Clones, { clone }: WorkingClone): Promise<readonly Finding[]> {
    if (!this.before || !this.scope) return [];
    const after = await readAsLogin(clones, clone, this.scope);
    const { around, hiding } = this.before;
    return [...changedSurroundings(around, after.around).map(changed), ...namesThatMeanOthers(hiding, after.hiding)];
  }
}

interface Read {
  readonly around: Surroundings;
  /** Names of the tenant's that a shared schema has, too. */
  readonly hiding: ReadonlySet<string>;
}

/** A tenant's own role may not read another tenant's objects; the login, which reads every tenant, may. */
async function readAsLogin(clones: Clones, clone: Clone, scope: SurroundingsScope): Promise<Read> {
  const session = await clones.connectAsLogin(clone);
  try {
    const around = await readSurroundings(session, scope);
    return { around, hiding: await readHidingNames(session, scope.own[0] ?? "", scope.shared) };
  } finally {
    await session.close();
  }
}

/**
 * Runs the release for a second tenant of the same database, where the first already has it: a schema name that no text shows would hit the
 * first tenant's objects again.
 */
export async function runForSibling(
  clones: Clones,
  working: WorkingClone,
  input: ProveOnClone,
): Promise<readonly Finding[]> {
  const { schema, isolation } = input;
  if (schema === null || !isolation?.sibling) return [];
  // In the rollout, too, each tenant has its own session.
  const session = await clones.connect(working.clone);
  try {
    const { sibling } = isolation;
    const { shared, tenants } = isolation.scope;
    const scope = { own: [sibling], ofShared: false, shared, tenants, whole: [...shared, schema] };
    const before = await readAsLogin(clones, working.clone, scope);
    const failure = await runFor(session, input, sibling);
    if (failure) return [failure];
    return changedSurroundings(before.around, (await readAsLogin(clones, working.clone, scope)).around).map(changed);
  } finally {
    await session.close();
  }
}

async function runFor(session: Session, input: ProveOnClone, sibling: string): Promise<Finding | null> {
  try {
    for (const migration of input.migrations) await up(session, { ...input, schema: sibling }, migration, []);
    return null;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return failedForSibling(sibling, error);
  }
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
    code: error instanceof LeftTenant ? "isolation.left" : "isolation.next-tenant-failed",
    gate: "dry-run",
    severity: "error",
    subject: { kind: "schema", name: schema },
    message: `On the clone, the release ran for one tenant and then not for ${schema} in the same database: ${describeFailure(error)}.`,
    remedy: { text: "Keep the release to the tenant's own schema, so that it can run for each of them." },
  };
}
