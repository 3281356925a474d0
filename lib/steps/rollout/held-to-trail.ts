import { approvalState } from "../../core/approval/decide.js";
import { changedParts, policyPart } from "../../core/approval/digest.js";
import { approvalsNeeded } from "../../core/approval/quorum.js";
import type { AuditEvent } from "../../core/audit/chain.js";
import { milliseconds } from "../../core/config/config.js";
import { digest } from "../../core/json.js";
import type { Ports } from "../../ports/ports.js";
import { bindingParts } from "../approval/binding.js";
import { artifact, need, type ScoreRecord, type WavePlan } from "../run/records.js";
import { needRequest, writtenRequest } from "../run/stored-request.js";
import { changedSince, type HeldPlan, ofEveryBatch, readPlan, witnessed } from "./held-plan.js";

/** What may have changed since without harm to a way back: it brings no more into a tenant than the release did. */
const NOT_FOR_ROLLBACK: ReadonlySet<string> = new Set(["findings", "probes", "policy"]);

export interface Held {
  /** Parts that are no longer as they were gated and approved; empty if everything still matches. */
  readonly changed: readonly string[];
  /** Digests of what was checked and is executed, by key. */
  readonly files: HeldPlan;
}

/**
 * Checks everything that was gated and approved against the audit trail. The trail is the measure, not another file next to the one being
 * checked. If an approval became void in the middle of a rollout, what it had let through can still be taken back.
 */
export async function held(all: Ports, purpose: "rollout" | "rollback" = "rollout"): Promise<Held> {
  const { artifacts, seen } = witnessed(all.artifacts);
  const ports = { ...all, artifacts };
  const events = await ports.audit.events();
  const score = await need<ScoreRecord>(ports, artifact.score);
  const scored = digestOf(events, "Score");
  const changed = scored === digest(score) ? changedParts(score.parts, await bindingParts(ports)) : ["score"];
  const planned = digestOf(events, "PlanWaves");
  const waves = await ports.artifacts.get<readonly WavePlan[]>(artifact.waves);
  const deciding = changed.filter((part) => purpose === "rollout" || !NOT_FOR_ROLLBACK.has(part));
  const approved = await isApproved(ports, score, events, purpose);
  return {
    changed: [
      ...deciding,
      ...(planned === (waves === null ? null : digest(waves)) ? [] : ["waves"]),
      ...(approved ? [] : ["approval"]),
    ],
    files: ofEveryBatch(seen),
  };
}

/**
 * The same before a later wave of a pass, without reading the fleet again: what is executed is checked against the plan of the wave before,
 * whose digest is in the trail. Null if the trail has none since the pass began.
 */
export async function stillHeld(ports: Ports): Promise<Held | null> {
  const files = await planOfPass(ports);
  if (files === null) return null;
  const changed = await changedSince(ports, files);
  if (changed.length > 0) return { changed, files };
  const score = await need<ScoreRecord>(ports, artifact.score);
  const { policy } = await writtenRequest(ports);
  const demanded = policyPart([policy ?? null, ports.policy ?? null]) === score.parts.policy;
  const approved = await isApproved(ports, score, await ports.audit.events(), "rollout");
  return { changed: [...(demanded ? [] : ["policy"]), ...(approved ? [] : ["approval"])], files };
}

/** What the wave that was begun last executes, without its batches. Null if none was begun since the pass began. */
export async function planOfPass(ports: Pick<Ports, "artifacts" | "audit">): Promise<HeldPlan | null> {
  const events = await ports.audit.events();
  const begun = events.findLastIndex(({ action }) => action === "run.resumed");
  const last = events.slice(begun + 1).findLast(({ action }) => action === "wave.started")?.digest ?? null;
  return last === null ? null : ofEveryBatch(await readPlan(ports, last));
}

/** What the last event of a phase says. */
function digestOf(events: readonly AuditEvent[], phase: string): string | null {
  const said = events.findLast(
    ({ subject, action }) => subject.kind === "phase" && subject.name === phase && OF_PHASE.has(action),
  );
  return said?.digest ?? null;
}

const OF_PHASE: ReadonlySet<string> = new Set(["step.finished", "gate.refused"]);

/** Enough people approved exactly this digest, by the trail and by the stored answers. */
async function isApproved(
  ports: Ports,
  score: ScoreRecord,
  events: readonly AuditEvent[],
  purpose: "rollout" | "rollback",
): Promise<boolean> {
  const { config } = await needRequest(ports);
  const needed = approvalsNeeded(score.verdict, config.approval.quorum);
  if (needed === 0) return true;
  const given = events.filter((event) => event.action === "approval.given" && event.digest === score.digest);
  const record = await ports.approvals.read(ports.run);
  if (needed === null || record === null || record.request.digest !== score.digest) return false;
  const state = approvalState(record.request, record.entries, ports.clock.now());
  const holds =
    state.status === "approved" || (purpose === "rollback" && state.status === "void" && state.missing === 0);
  return holds && new Set(given.map(({ actor }) => actor)).size >= needed;
}

/** Why what was approved is too old to begin now; null if it is not. */
export async function tooOld(ports: Ports): Promise<string | null> {
  const { config } = await needRequest(ports);
  const record = await ports.approvals.read(ports.run);
  if (record === null) return null;
  const times = record.entries.flatMap((entry) =>
    entry.kind === "decision" && entry.verdict === "approve" ? [entry.at] : [],
  );
  if (times.length === 0) return null;
  const age = ports.clock.now() - Math.max(...times);
  if (age < 0) return "this machine's clock is earlier than the time of the approval";
  const { validFor } = config.approval;
  return age <= milliseconds(validFor) ? null : `the approval is older than approval.validFor (${validFor})`;
}
