import { handler as diverge } from "./diverge.js";
import { handler as dryRun } from "./dry-run.js";
import { handler as introspect } from "./introspect.js";
import { handler as lint } from "./lint.js";
import { handler as load } from "./load.js";
import { handler as migrate } from "./migrate.js";
import { handler as nextWave } from "./next-wave.js";
import { handler as planRollback } from "./plan-rollback.js";
import { handler as planStaging } from "./plan-staging.js";
import { handler as planWaves } from "./plan-waves.js";
import { handler as probe } from "./probe.js";
import { handler as recordFailure } from "./record-failure.js";
import { handler as report } from "./report.js";
import { handler as requestApproval } from "./request-approval.js";
import { handler as rollBack } from "./roll-back.js";
import type { Handler } from "./runtime.js";
import { handler as score } from "./score.js";
import { handler as seal } from "./seal.js";
import { handler as settleApproval } from "./settle-approval.js";
import { handler as tally } from "./tally.js";
import { handler as tallyStaging } from "./tally-staging.js";
import { handler as useSnapshot } from "./use-snapshot.js";
import { handler as verifyWave } from "./verify-wave.js";

/** Every handler by the name that the state machine calls it. */
export const HANDLERS: Readonly<Record<string, Handler>> = {
  Load: load,
  Introspect: introspect,
  Tally: tally,
  PlanStaging: planStaging,
  UseSnapshot: useSnapshot,
  TallyStaging: tallyStaging,
  Diverge: diverge,
  Probe: probe,
  Lint: lint,
  PlanRollback: planRollback,
  DryRun: dryRun,
  Score: score,
  RequestApproval: requestApproval,
  SettleApproval: settleApproval,
  PlanWaves: planWaves,
  NextWave: nextWave,
  Migrate: migrate,
  VerifyWave: verifyWave,
  RollBack: rollBack,
  RecordFailure: recordFailure,
  Report: report,
  Seal: seal,
};
