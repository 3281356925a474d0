import { dirname, join } from "node:path";
import type { z } from "zod";
import { artifactsOfRun } from "../../../adapters/local/open-run.js";
import { keptSync } from "../../../adapters/local/own-file.js";
import { systemClock } from "../../../adapters/local/system-clock.js";
import { type Workspace, workspaceIn } from "../../../adapters/local/workspace.js";
import { Delivered } from "../../../adapters/webhooks/delivered.js";
import { Delivery } from "../../../adapters/webhooks/delivery.js";
import { type WebhookTarget, wish } from "../../../adapters/webhooks/target.js";
import { AUDIT_FILE, type AuditEvent } from "../../../core/audit/chain.js";
import { readTrail } from "../../../core/audit/trail.js";
import { plural } from "../../../core/plural.js";
import { artifact } from "../../../steps/run/records.js";
import { type ExitCode, UnfinishedError } from "../../command.js";
import type { Io } from "../../io.js";
import type { auditSendOutput } from "../../json/audit.js";
import { findRun, listRuns } from "../../run/find-run.js";
import { lockHolder, lockRun } from "../../run/run-lock.js";
import { webhookTargets } from "../../run/webhooks.js";
import { printable } from "../../terminal/printable.js";

type Sent = z.infer<typeof auditSendOutput>["sent"][number];

/** An endpoint that answers may take this long for everything it lacks; one that does not is given up at its first failure. */
const LONGEST_MS = 10 * 60_000;

/** Sends webhooks the events that they lack of one run, or of every run of the folder. 3 if something could not be delivered. */
export async function sendTrails(io: Io, run: string | undefined, json: boolean): Promise<ExitCode> {
  const workspace = workspaceIn(io.cwd, io.env);
  const sent: Sent[] = [];
  const without: string[] = [];
  for (const one of run === undefined ? await runsToSend(workspace) : [run])
    sent.push(...(await sendTrail(io, one, without)));
  for (const text of without) io.stderr.write(`${printable(text)}\n`);
  if (json) io.stdout.write(`${JSON.stringify({ sent }, null, 2)}\n`);
  else if (sent.length > 0 || without.length === 0) io.stdout.write(textOf(sent));
  return without.length > 0 || sent.some(({ left }) => left > 0) ? 3 : 0;
}

/** Oldest first, without those that a process is working on, which tells its webhooks itself. */
async function runsToSend(workspace: Workspace): Promise<readonly string[]> {
  const begun: string[] = [];
  for (const run of listRuns(workspace))
    if (lockHolder(workspace, run) === null && (await artifactsOfRun(workspace, run).has(artifact.request)))
      begun.push(run);
  return begun.reverse();
}

async function sendTrail(io: Io, run: string, without: string[]): Promise<readonly Sent[]> {
  const { workspace, request } = await findRun(io, run);
  const { webhooks } = request.config;
  if (webhooks.length === 0) return [];
  const unlock = lockRun(workspace, run);
  try {
    const events = eventsOf(workspace, run);
    // One that has everything is not asked for its secret, which may be gone by now.
    const lacking = webhooks.filter((one) => lackedBy(workspace, run, wish(one), events) > 0);
    const targets = await webhookTargets(io, { webhooks: lacking }, dirname(workspace.root), ({ message }) =>
      without.push(`${run}: a webhook lacks events and could not be reached: ${message}`),
    );
    return await Promise.all(targets.map((target) => sendTo(workspace, run, target, events)));
  } finally {
    unlock();
  }
}

function lackedBy(
  workspace: Workspace,
  run: string,
  { id, wants }: Pick<WebhookTarget, "id" | "wants">,
  events: readonly AuditEvent[],
): number {
  const after = new Delivered(workspace, id, run).read();
  return events.slice(after).filter(({ action }) => wants(action)).length;
}

function eventsOf(workspace: Workspace, run: string): readonly AuditEvent[] {
  const { events, findings } = readTrail(keptSync(join(workspace.runFolder(run), AUDIT_FILE)));
  if (findings.length === 0) return events;
  throw new UnfinishedError(`the trail of ${run} is not whole`, `schema-gate audit verify ${run}`);
}

async function sendTo(
  workspace: Workspace,
  run: string,
  target: WebhookTarget,
  events: readonly AuditEvent[],
): Promise<Sent> {
  const lacking = lackedBy(workspace, run, target, events);
  const delivered = new Delivered(workspace, target.id, run);
  const delivery = new Delivery({ run, target, delivered, clock: systemClock, failed: () => {} });
  delivery.hear(events);
  const undelivered = await delivery.end(LONGEST_MS);
  const left = undelivered?.left ?? 0;
  return { run, webhook: target.name, sent: lacking - left, left, reason: undelivered?.reason ?? null };
}

function textOf(sent: readonly Sent[]): string {
  const lines = sent.map(({ run, webhook, sent: count, left, reason }) => {
    const lacks = left === 0 ? "" : `; it lacks ${plural(left, "event")}: ${reason}`;
    return `${run}: sent ${plural(count, "event")} to ${printable(webhook)}${lacks}\n`;
  });
  return lines.length > 0 ? lines.join("") : "No webhook lacks an event.\n";
}
