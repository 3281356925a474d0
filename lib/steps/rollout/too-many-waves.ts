import type { Finding } from "../../core/finding.js";
import { planWaves, type WavePolicy } from "../../core/rollout/waves.js";
import type { Tenant } from "../../ports/registry.js";

/**
 * What fits in the history of one execution, which holds 25,000 events: a wave takes 25, the hourly look at a closed window 9 for at most 14
 * days, everything else a few hundred (docs/scale.md).
 */
const MOST_WAVES = 850;

/** Reported before anything is read: an execution whose history is full ends in the middle of a rollout, without a report. */
export function tooManyWaves(
  run: string,
  tenants: readonly Tenant[],
  { canary, growth, maxWave, groups = [] }: WavePolicy,
): readonly Finding[] {
  const waves = planWaves(
    tenants.map((tenant) => ({ ...tenant, risk: 0 })),
    { canary, growth, maxWave, groups: [...groups] },
  ).length;
  if (waves <= MOST_WAVES) return [];
  return [
    {
      code: "load.too-many-waves",
      gate: "load",
      severity: "error",
      subject: { kind: "run", name: run },
      message: `The rollout of ${tenants.length} tenants would have ${waves} waves; the history of one execution on AWS holds ${MOST_WAVES}.`,
      remedy: {
        text: `Allow larger waves in the config: rollout.maxWave of at least ${Math.ceil((tenants.length / MOST_WAVES) * 1.1)}.`,
      },
    },
  ];
}
