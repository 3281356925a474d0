import { scoreText } from "../../core/risk/score-text.js";
import type { Verdict } from "../../core/risk/thresholds.js";
import { shortList } from "../../core/short-list.js";
import { shortened, visible } from "../../core/visible.js";
import type { ApprovalNotice } from "../../ports/notifier.js";

const VERDICTS: Readonly<Record<Verdict, string>> = {
  pass: "Passed",
  ask: "Ready for a decision",
  quorum: "Risky: several people must decide",
  blocked: "Blocked",
};

const MOST_OUTLIERS = 5;
const MOST_FACTORS = 3;
const LONGEST_NAME = 120;

/** What every message says, in plain words. Foreign names are made visible and shortened, but not yet escaped. */
export interface Words {
  readonly subject: string;
  readonly verdict: string;
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  readonly factors: readonly string[];
  readonly deadline: string;
}

export function wordsOf(notice: ApprovalNotice): Words {
  const { score, outliers } = notice;
  const speaking = score.factors.filter((factor) => factor.value > 0).slice(0, MOST_FACTORS);
  return {
    subject: `${notice.reminder ? "Reminder: " : ""}${VERDICTS[score.verdict]}: ${name(notice.release)}`,
    verdict: VERDICTS[score.verdict],
    facts: [
      { name: "Risk", value: scoreText(score.fleet) },
      { name: "Tenants", value: String(notice.tenants) },
      {
        name: "Outliers",
        value: outliers.length === 0 ? "none" : shortList(outliers.map(name), MOST_OUTLIERS),
      },
      { name: "Findings", value: `${notice.errors} errors, ${notice.warnings} warnings` },
      { name: "Requested by", value: name(notice.requester) },
      { name: "Approvals needed", value: String(notice.quorum) },
      { name: "Run", value: name(notice.run) },
      { name: "Digest", value: notice.digest.slice(0, 12) },
    ],
    factors: speaking.map(
      (factor) => `${factor.name} ${scoreText(factor.value)}: ${shortened(visible(factor.reason), 240)}`,
    ),
    deadline: `Expires ${new Date(notice.expiresAt).toISOString().slice(0, 16).replace("T", " ")} UTC; no answer counts as no.`,
  };
}

export function name(text: string): string {
  return shortened(visible(text), LONGEST_NAME);
}
