import type { Step } from "../run/step.js";
import { acceptOrder } from "./accept-order.js";
import { beginRollback } from "./begin-rollback.js";
import { diverge } from "./diverge.js";
import { dryRun } from "./dry-run.js";
import { examineQueries } from "./examine-queries.js";
import { introspect } from "./introspect.js";
import { lint } from "./lint.js";
import { load } from "./load.js";
import { migrate } from "./migrate.js";
import { nextWave } from "./next-wave.js";
import { planRehearsals } from "./plan-rehearsals.js";
import { planRollback } from "./plan-rollback.js";
import { planStaging } from "./plan-staging.js";
import { planWaves } from "./plan-waves.js";
import { probe } from "./probe.js";
import { recordFailure } from "./record-failure.js";
import { rehearse } from "./rehearse.js";
import { report } from "./report.js";
import { requestApproval } from "./request-approval.js";
import { rollBack } from "./roll-back.js";
import { score } from "./score.js";
import { seal } from "./seal.js";
import { settleApproval } from "./settle-approval.js";
import { tally } from "./tally.js";
import { tallyStaging } from "./tally-staging.js";
import { useSnapshot } from "./use-snapshot.js";
import { verifyWave } from "./verify-wave.js";

/** Every step by the name that the state machine calls it. Written by scripts/state-index.mjs. */
export const STATES: Readonly<Record<string, Step<unknown, unknown>>> = {
  AcceptOrder: acceptOrder,
  BeginRollback: beginRollback,
  Diverge: diverge,
  DryRun: dryRun,
  ExamineQueries: examineQueries,
  Introspect: introspect,
  Lint: lint,
  Load: load,
  Migrate: migrate,
  NextWave: nextWave,
  PlanRehearsals: planRehearsals,
  PlanRollback: planRollback,
  PlanStaging: planStaging,
  PlanWaves: planWaves,
  Probe: probe,
  RecordFailure: recordFailure,
  Rehearse: rehearse,
  Report: report,
  RequestApproval: requestApproval,
  RollBack: rollBack,
  Score: score,
  Seal: seal,
  SettleApproval: settleApproval,
  TallyStaging: tallyStaging,
  Tally: tally,
  UseSnapshot: useSnapshot,
  VerifyWave: verifyWave,
};
