import type { Finding } from "../../core/finding.js";
import { type AcceptableLoss, type LossAcceptances, lossAcceptanceOf } from "../../core/rollback/loss-acceptance.js";
import { sizeText } from "../../core/size.js";
import type { ProvedRollback } from "./proof.js";

/** An author's down that does not lead back, and migrations without any proved way back. */
export function rollbackFindings(
  rollbacks: readonly ProvedRollback[],
  acceptances: LossAcceptances,
): readonly Finding[] {
  return rollbacks.flatMap((rollback) => [
    ...authorFinding(rollback),
    ...(rollback.candidate ? columnOrder(rollback) : [missing(rollback, rollbacks, acceptances)]),
  ]);
}

/** True when the config accepts that this migration cannot be taken back. */
export function isLossAccepted(
  rollback: ProvedRollback,
  rollbacks: readonly ProvedRollback[],
  acceptances: LossAcceptances,
): boolean {
  return acceptedBy(rollback, rollbacks, acceptances)?.expired === false;
}

function authorFinding(rollback: ProvedRollback): readonly Finding[] {
  const author = rollback.trials.find(({ source }) => source === "author");
  if (!author || author.verdict === "exact" || author.verdict === "order") return [];
  const what = author.verdict === "error" ? "does not run" : "does not lead back";
  return [
    {
      code: "rollback.author-down",
      gate: "rollback",
      severity: "warning",
      subject: subjectOf(rollback),
      message: `The down migration of ${rollback.version} ${what}: ${author.differences.slice(0, 5).join(" ")}`,
      remedy: { text: rollback.candidate ? "A proved plan is used in its place." : "Fix the down migration." },
    },
  ];
}

function columnOrder(rollback: ProvedRollback): readonly Finding[] {
  if (rollback.verdict !== "order") return [];
  return [
    {
      code: "rollback.column-order",
      gate: "rollback",
      severity: "note",
      subject: subjectOf(rollback),
      message: `Taking ${rollback.version} back restores schema and rows, but columns are in another order.`,
    },
  ];
}

function missing(
  rollback: ProvedRollback,
  rollbacks: readonly ProvedRollback[],
  acceptances: LossAcceptances,
): Finding {
  const root = rootOf(rollback, rollbacks);
  const loss = { code: codeOf(rollback), version: rollback.version, message: messageOf(rollback) };
  return lossFinding(loss, acceptances, { code: codeOf(root), version: root.version });
}

interface Loss {
  readonly code: AcceptableLoss;
  readonly version: string;
}

/**
 * A missing way back blocks, unless a person accepted it in the config, by its code and for this migration. `root`: what has to be accepted, where
 * that is another.
 */
export function lossFinding(
  loss: Loss & { readonly message: string },
  acceptances: LossAcceptances,
  root: Loss = loss,
): Finding {
  const { code, version, message } = loss;
  const base = { gate: "rollback", subject: { kind: "migration", name: version } } as const;
  const found = lossAcceptanceOf(root.code, root.version, acceptances);
  if (found && !found.expired) {
    const { reason } = found.acceptance;
    return { ...base, code: "rollback.loss-accepted", severity: "warning", message: `${message} Accepted: ${reason}.` };
  }
  const line = JSON.stringify({ code: root.code, migration: root.version, reason: "…", expires: "…" });
  const lead = found ? "The acceptance of this loss has expired. " : "";
  const other =
    code === "rollback.kept-too-large" ? "Raise rollback.keepLimit" : "Write a down migration that leads back";
  const text = `${other}, or accept the loss under rollback.accept in the config: ${line}.`;
  return { ...base, code, severity: "error", message: `${lead}${message}`, remedy: { text } };
}

function messageOf(rollback: ProvedRollback): string {
  const { version, kept, differences } = rollback;
  if (codeOf(rollback) === "rollback.kept-too-large") {
    const size = kept ? sizeText(kept.bytes) : "too much";
    return `${version} is impossible to undo: at least ${size} would have to be kept aside, above rollback.keepLimit.`;
  }
  return `${version} cannot be taken back: ${differences.slice(0, 5).join(" ")}`;
}

function codeOf(rollback: ProvedRollback): AcceptableLoss {
  return rollback.kept?.tooLarge ? "rollback.kept-too-large" : "rollback.impossible";
}

/** An earlier migration is out of reach because of a later one; accepting the later one covers both. */
function acceptedBy(
  rollback: ProvedRollback,
  rollbacks: readonly ProvedRollback[],
  acceptances: LossAcceptances,
): ReturnType<typeof lossAcceptanceOf> {
  const root = rootOf(rollback, rollbacks);
  return lossAcceptanceOf(codeOf(root), root.version, acceptances);
}

function rootOf(rollback: ProvedRollback, rollbacks: readonly ProvedRollback[]): ProvedRollback {
  return rollbacks.find(({ version }) => version === rollback.behind) ?? rollback;
}

function subjectOf(rollback: ProvedRollback): Finding["subject"] {
  return { kind: "migration", name: rollback.version };
}
