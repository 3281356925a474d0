import { count, moment, short } from "../format.js";
import { foreign, type Html, html } from "../html.js";
import type { ApprovalView, ReviewModel } from "../model.js";
import { starts } from "./plan.js";

/** Who may decide here, and what protects the form. Null for a reader. */
export interface DecisionForm {
  readonly person: string;
  readonly csrf: string;
  /** Why the last attempt was refused. */
  readonly refusal: string | null;
}

const STATES: Readonly<Record<ApprovalView["status"], readonly [string, "good" | "warn" | "bad"]>> = {
  pending: ["Waiting for a decision", "warn"],
  approved: ["Approved", "good"],
  rejected: ["Rejected", "bad"],
  expired: ["Expired, which counts as rejected", "bad"],
  void: ["Void: what was approved has changed", "bad"],
};

const CHANNELS: Readonly<Record<string, string>> = {
  link: "on this page",
  slack: "in Slack",
  terminal: "in the terminal",
};

/** The state of the approval and, for people who may still decide, the form. It posts to the page's own address. */
export function decision(model: ReviewModel, form: DecisionForm | null): Html {
  const { approval } = model;
  if (approval === null) return unasked(model);
  const asked = approval.status === "pending" && form !== null;
  const [title, tone] = STATES[approval.status];
  return html`<aside id="decision" class="${tone}" data-status="${approval.status}" aria-labelledby="decision-title">
<h2 id="decision-title">${title}</h2>
${summary(approval)}
${
  approval.decisions.length > 0 &&
  html`<ul class="decisions">${approval.decisions.map(
    (one) =>
      html`<li><strong>${foreign(one.person)}</strong> ${one.verdict === "approve" ? "approved" : "rejected"}, ${moment(one.at)}, ${CHANNELS[one.channel] ?? one.channel}${one.reason !== null && html`: ${foreign(one.reason)}`}</li>`,
  )}</ul>`
}
${form?.refusal != null && html`<p class="refusal" role="alert">${foreign(form.refusal)}</p>`}
${asked && starts(model)}
${asked && fields(model, form)}
<dl class="binding"><dt>Requested by</dt><dd>${foreign(model.requester)}</dd><dt>Digest</dt><dd><code title="${model.digest}">${short(model.digest)}</code></dd></dl>
<p class="fine">A decision holds for exactly what this page shows. If the schemas, rows, plans or config change, it is void.</p>
</aside>`;
}

function unasked({ score }: ReviewModel): Html {
  const text =
    score.verdict === "blocked"
      ? "Nobody can approve a blocked release. Follow the findings, the first ones first, then start a new run."
      : "Nobody has been asked yet.";
  return html`<aside id="decision" data-status="none" aria-label="Decision"><p>${text}</p></aside>`;
}

function summary(approval: ApprovalView): Html | false {
  if (approval.status === "void") return html`<p>${foreign(approval.reason)}.</p>`;
  if (approval.status !== "pending") return false;
  const given = approval.decisions.filter((one) => one.verdict === "approve").length;
  return html`<p>${given} of ${count(approval.quorum, "approval")} given. Expires <time datetime="${approval.expiresAt}">${moment(approval.expiresAt)}</time>.</p>`;
}

function fields(model: ReviewModel, form: DecisionForm): Html {
  return html`<form method="post" accept-charset="utf-8">
<p>You decide as <strong>${foreign(form.person)}</strong>. Your link decides once.</p>
<input type="hidden" name="csrf" value="${form.csrf}"><input type="hidden" name="digest" value="${model.digest}">
<label for="reason">Reason <span>needed to reject</span></label>
<textarea id="reason" name="reason" rows="3" maxlength="2000"></textarea>
<div class="buttons"><button name="verdict" value="approve" class="approve">Approve</button><button name="verdict" value="reject" class="reject">Reject</button></div>
</form>`;
}
