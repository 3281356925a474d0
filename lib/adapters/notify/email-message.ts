import { html } from "hono/html";
import { visible } from "../../core/visible.js";
import type { ApprovalNotice, OutcomeNotice } from "../../ports/notifier.js";
import { name, wordsOf } from "./words.js";

export interface MailText {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const PAGE = "font:16px/1.5 system-ui,sans-serif;color:#1b1f24;max-width:36rem";
const CELL = "padding:2px 16px 2px 0;vertical-align:top";
const BUTTON =
  "display:inline-block;padding:12px 20px;border-radius:10px;background:#0d6b5e;color:#ffffff;text-decoration:none;font-weight:600";

/** A mail program makes a link of what looks like an address: what came from elsewhere is kept apart from it. */
function unlinked(text: string): string {
  return text.replace(/(?<=[\p{L}\p{N}])[.@](?=\p{L})|:(?=\/\/)/gu, "$&\u200b");
}

/** The question to one approver. Opening the link only shows the page, so a scanner that follows it decides nothing. */
export function approvalMail(notice: ApprovalNotice, link: string): MailText {
  const { subject, facts, factors, deadline } = wordsOf(notice);
  const words = {
    subject: unlinked(subject),
    facts: facts.map((fact) => ({ ...fact, value: unlinked(fact.value) })),
    factors: factors.map(unlinked),
    deadline,
  };
  const hint = "Opening the page decides nothing; you decide there. The link is yours alone and works once.";
  const text = [
    words.subject,
    "",
    ...words.facts.map((fact) => `${fact.name}: ${fact.value}`),
    "",
    ...words.factors.map((factor) => `- ${factor}`),
    "",
    "See what would run, and decide:",
    link,
    "",
    hint,
    words.deadline,
  ].join("\n");
  const body = html`<h1 style="font-size:20px;margin:0 0 12px">${words.subject}</h1>
<table role="presentation" style="border-collapse:collapse">${words.facts.map((fact) => html`<tr><td style="${CELL};color:#59616b">${fact.name}</td><td style="${CELL}">${fact.value}</td></tr>`)}</table>
<ul style="padding-left:18px">${words.factors.map((factor) => html`<li>${factor}</li>`)}</ul>
<p><a href="${link}" style="${BUTTON}">See what would run, and decide</a></p>
<p style="color:#59616b">${hint} ${words.deadline}</p>`;
  return { subject, text, html: framed(body) };
}

export function outcomeMail(notice: OutcomeNotice): MailText {
  const subject = `${name(notice.release)}: ${visible(notice.outcome)}`;
  const title = unlinked(subject);
  const detail = unlinked(visible(notice.detail));
  const run = `Run ${unlinked(name(notice.run))}`;
  const body = html`<h1 style="font-size:20px;margin:0 0 12px">${title}</h1><p>${detail}</p><p style="color:#59616b">${run}</p>`;
  return { subject, text: [title, "", detail, "", run].join("\n"), html: framed(body) };
}

function framed(body: ReturnType<typeof html>): string {
  return String(
    html`<!doctype html><html lang="en"><head><meta charset="utf-8"></head><body><div style="${PAGE}">${body}</div></body></html>`,
  );
}
