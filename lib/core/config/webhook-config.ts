import { z } from "zod";
import { AUDIT_ACTIONS } from "../audit/event.js";
import { isPinned } from "./pinned-host.js";
import { isSecretReference, secretReference } from "./secret-reference.js";

const webhook = z.strictObject({
  url: z
    .string()
    .refine((text) => isSecretReference(text) || webhookUrlProblem(text) === null, {
      error: ({ input }) => webhookUrlProblem(String(input)) ?? "not a URL",
    })
    .describe("where events are posted: an https URL, or env:NAME or file:PATH where the URL itself is a secret"),
  secret: secretReference.describe("what signs them, at least 24 bytes; whsec_ and base64, or any other text"),
  actions: z
    .array(
      z
        .string()
        .refine(
          (start) => start !== "" && AUDIT_ACTIONS.some((action) => action.startsWith(start)),
          "expected an action of the audit trail or the start of some, such as run.finished or approval.",
        ),
    )
    .min(1)
    .optional()
    .describe("actions of the audit trail, or how they start, such as approval.; default: all"),
});

/** Who receives the events of a run's trail. */
export const webhooksSchema = z
  .array(webhook)
  .refine((all) => new Set(all.map(webhookId)).size === all.length, "the same webhook is listed twice")
  .default([]);

export type WebhookConfig = z.infer<typeof webhook>;

/** What distinguishes a webhook from a config's others, whatever its secrets are. */
export function webhookId({ url, actions = [] }: Pick<WebhookConfig, "url" | "actions">): string {
  return JSON.stringify([url, actions]);
}

/** Why events are not posted to a URL; null when they may be. Never contains the URL: its path is often a secret. */
export function webhookUrlProblem(text: string): string | null {
  if (!URL.canParse(text)) return "expected a URL such as https://hooks.example.com/schema-gate, env:NAME or file:PATH";
  const { protocol, hostname, port, username, password } = new URL(text);
  if (username !== "" || password !== "") return "a URL with a user or a password is not posted to; use the secret";
  const loopback = isPinned([], hostname.replace(/^\[|\]$/g, ""), Number(port));
  if (protocol === "https:" || (protocol === "http:" && loopback)) return null;
  return protocol === "http:"
    ? "http is for the loopback interface alone; use https"
    : `expected an https URL, not ${protocol}`;
}
