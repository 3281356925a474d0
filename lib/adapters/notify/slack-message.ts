import { shortened, visible } from "../../core/visible.js";
import type { ApprovalNotice, OutcomeNotice } from "../../ports/notifier.js";
import { name, type Words, wordsOf } from "./words.js";

export const APPROVE_ACTION = "schema-gate:approve";
export const REJECT_ACTION = "schema-gate:reject";
export const REJECT_VIEW = "schema-gate:reject-view";

/** What a button carries: which question it answers. It grants nothing: who may decide is up to Slack's identity and our list. */
export interface ButtonValue {
  readonly run: string;
  readonly digest: string;
}

/** Slack shows `plain_text` as it is: it cannot contain a mention, link or emphasis (https://api.slack.com/reference/block-kit). */
function plain(text: string, most = 2900) {
  return { type: "plain_text", text: shortened(text, most), emoji: false };
}

/** For text that Slack parses as its own markup, as in notifications: its three special characters are escaped. */
export function escapedForSlack(text: string): string {
  return visible(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** The question with its buttons. `link` is set only in a message that only one person can see. */
export function approvalMessage(notice: ApprovalNotice, channel: string, link: string | null) {
  const words = wordsOf(notice);
  const value = JSON.stringify({ run: notice.run, digest: notice.digest } satisfies ButtonValue);
  const button = (text: string, action: string, style: string) => ({
    type: "button",
    text: plain(text),
    action_id: action,
    style,
    value,
  });
  const page =
    link === null ? [] : [{ type: "button", text: plain("Open the page"), action_id: "schema-gate:open", url: link }];
  return {
    channel,
    text: escapedForSlack(words.subject),
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: "header", text: plain(words.subject, 150) },
      ...details(words),
      {
        type: "actions",
        elements: [...page, button("Approve", APPROVE_ACTION, "primary"), button("Reject", REJECT_ACTION, "danger")],
      },
      { type: "context", elements: [plain(words.deadline)] },
    ],
  };
}

function details(words: Words) {
  const fields = words.facts.map((fact) => plain(`${fact.name}: ${fact.value}`, 1900));
  const factors = words.factors.length === 0 ? [] : [{ type: "section", text: plain(words.factors.join("\n")) }];
  return [{ type: "section", fields }, ...factors];
}

export function outcomeMessage(notice: OutcomeNotice, channel: string) {
  const text = `${name(notice.release)}: ${notice.outcome}`;
  return {
    channel,
    text: escapedForSlack(text),
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: "header", text: plain(text, 150) },
      { type: "section", text: plain(visible(notice.detail) || "No detail.") },
      { type: "context", elements: [plain(`Run ${name(notice.run)}`)] },
    ],
  };
}

/** Asks for the reason of a rejection. `answerAt`: where Slack tells the person what came of it. */
export function rejectionView(value: ButtonValue & { readonly answerAt: string }) {
  return {
    type: "modal",
    callback_id: REJECT_VIEW,
    private_metadata: JSON.stringify(value),
    title: plain("Reject", 24),
    submit: plain("Reject", 24),
    close: plain("Back", 24),
    blocks: [
      {
        type: "input",
        block_id: "reason",
        label: plain("Reason"),
        element: { type: "plain_text_input", action_id: "text", multiline: true, max_length: 2000 },
      },
    ],
  };
}
