import type { Finding } from "../finding.js";
import { type PlanStep, planStepOf } from "../migration/plan-step.js";
import type { Migration } from "../migration/release.js";

/** Somebody vouches that nothing needs the old shape any more. */
export interface MetCondition {
  /** Version of the contract step. */
  readonly migration: string;
  readonly reason: string;
  /** Milliseconds since the epoch; from then on the step blocks again. */
  readonly expires: number;
}

interface PlanSurroundings {
  /** Every migration of the folder. */
  readonly all: readonly Migration[];
  /** Groups of tenants with the versions that they lack. */
  readonly clusters: readonly { readonly pending: readonly string[]; readonly tenants: readonly string[] }[];
  /** The queries of the deployed versions are examined over the schema after the release. */
  readonly queriesExamined: boolean;
  readonly met: readonly MetCondition[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

interface Step extends PlanStep {
  readonly migration: Migration;
}

/** What a release does with plans that `schema-gate rewrite` wrote: ends that stay open, and ends that come too early. */
export function planFindings(around: PlanSurroundings): readonly Finding[] {
  const steps = around.all.flatMap((migration): Step[] => {
    const step = planStepOf(migration.up);
    return step ? [{ ...step, migration }] : [];
  });
  const pending = new Set(around.clusters.flatMap((cluster) => cluster.pending));
  const now = steps.filter(({ migration }) => pending.has(migration.version));
  return [
    ...now.filter(({ phase }) => phase === "contract").flatMap((step) => contract(step, steps, around)),
    ...openEnds(now, steps),
  ];
}

/** Contract steps about which a workload without queries tells nothing. */
export function unexaminedContracts(
  migrations: readonly Migration[],
  { met, now }: Pick<PlanSurroundings, "met" | "now">,
): readonly Finding[] {
  const around = { all: migrations, clusters: [], queriesExamined: false, met, now };
  return migrations.flatMap((migration) => {
    const step = planStepOf(migration.up);
    return step?.phase === "contract" ? contract({ ...step, migration }, [], around) : [];
  });
}

function contract(step: Step, steps: readonly Step[], around: PlanSurroundings): readonly Finding[] {
  const { migration, condition } = step;
  const accepted = around.met.find((each) => each.migration === migration.version);
  if (accepted && accepted.expires > around.now) return [];
  const earlier = steps.filter(
    ({ plan, number, phase }) => plan === step.plan && number < step.number && phase !== "contract",
  );
  const together = around.clusters.filter(
    ({ pending }) =>
      pending.includes(migration.version) && earlier.some((each) => pending.includes(each.migration.version)),
  );
  const how = accepted ? ` What the config says of it held until ${day(accepted.expires)}.` : "";
  const base = {
    gate: "lint",
    severity: "error",
    subject: { kind: "migration", name: migration.up.file },
    remedy: {
      text: `Leave it for a later release, or, once ${condition}, say so in the config, with the last day on which that counts:`,
      sql: `plans:\n  met:\n    - migration: "${migration.version}"\n      reason: who looked, and where\n      expires: ${day(around.now + WEEK)}`,
    },
    source: { file: migration.up.file, line: 1, column: 1 },
  } as const;
  if (together.length > 0)
    return [
      {
        ...base,
        code: "plan.contract-early",
        message: `${migration.up.file} is the contract step of ${step.plan}, and would run in one release with the steps before it, although versions of the application that need the old shape are still deployed then.${how}`,
        tenants: together.flatMap(({ tenants }) => tenants),
      },
    ];
  if (around.queriesExamined) return [];
  return [
    {
      ...base,
      code: "plan.contract-unmet",
      unknown: true,
      message: `${migration.up.file} may run once ${condition}; whether that is so is unknown, since no query of the application is examined (\`workload\` in the config).${how}`,
    },
  ];
}

const WEEK = 7 * 24 * 60 * 60 * 1000;

function day(moment: number): string {
  return new Date(moment).toISOString().slice(0, 10);
}

/** One for each plan that begins in this release and does not end in it. */
function openEnds(now: readonly Step[], steps: readonly Step[]): readonly Finding[] {
  const plans = [...new Set(now.filter(({ phase }) => phase !== "contract").map(({ plan }) => plan))];
  return plans.flatMap((plan): Finding[] => {
    const own = steps.filter((each) => each.plan === plan);
    const [first] = own;
    if (!first || own.length >= first.of) return [];
    return [
      {
        code: "plan.open",
        gate: "lint",
        severity: "note",
        subject: { kind: "plan", name: plan },
        message: `${plan} ends with a contract step that waits for a later release: ${own.length} of its ${first.of} steps are here.`,
        remedy: { text: "Move the rest of it in from the folder of contract steps once its condition holds." },
        source: { file: first.migration.up.file, line: 1, column: 1 },
      },
    ];
  });
}
