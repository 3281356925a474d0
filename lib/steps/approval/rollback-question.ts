import type { ApprovalRequest } from "../../core/approval/request.js";
import type { AuditEvent } from "../../core/audit/chain.js";
import { milliseconds } from "../../core/config/config.js";
import { digest } from "../../core/json.js";
import type { Ports } from "../../ports/ports.js";
import { type RollbackOutlook, wholeRollback } from "../rollout/outlook.js";
import { artifact, need, type ScoreRecord } from "../run/records.js";
import { needRequest } from "../run/stored-request.js";

const NAME = /^(.+)\.rollback-(\d+)$/;

/** The name under which people are asked whether to take a run back: the run itself already has a question of its own. */
export function rollbackQuestion(run: string, order: number): string {
  return `${run}.rollback-${order}`;
}

/** The run and the order in such a name; null for any other name. */
export function rollbackOf(question: string): { readonly run: string; readonly order: number } | null {
  const [, run, order] = NAME.exec(question) ?? [];
  return run === undefined ? null : { run, order: Number(order) };
}

/** A rollback that was asked for, as it is now. */
export interface AskedRollback {
  readonly asked: AuditEvent;
  readonly outlook: RollbackOutlook;
  /** Digest of everything that is approved: the order, the tenants, how they are taken back, and what the stack demands. */
  readonly digest: string;
}

/** Reads the order from the trail. Throws when there is no such order. */
export async function askedRollback(
  ports: Pick<Ports, "run" | "artifacts" | "audit" | "policy">,
  order: number,
): Promise<AskedRollback> {
  const asked = (await ports.audit.events()).find(({ seq, action }) => seq === order && action === "rollback.asked");
  if (asked === undefined) throw new Error(`nobody asked for the rollback ${order} of the run ${ports.run}`);
  const outlook = await wholeRollback(ports, (asked.details.tenants ?? null) as readonly string[] | null);
  const score = await need<ScoreRecord>(ports, artifact.score);
  return {
    asked,
    outlook,
    digest: digest({ version: 1, order: asked.hash, outlook, gated: score.digest, policy: ports.policy ?? null }),
  };
}

/** Who is asked, by what the stack demands now. People named in the order cannot approve it. */
export async function rollbackRequest(ports: Ports, order: number): Promise<ApprovalRequest> {
  const { asked, digest: subject } = await askedRollback(ports, order);
  const { config } = await needRequest(ports);
  const { verdict } = await need<ScoreRecord>(ports, artifact.score);
  const several = Math.max(config.approval.quorum, ports.policy?.quorum ?? 1);
  const { startedBy, coauthors } = asked.details as { startedBy?: string | null; coauthors?: readonly string[] };
  const now = ports.clock.now();
  return {
    run: rollbackQuestion(ports.run, order),
    digest: subject,
    requester: asked.actor,
    ...(startedBy == null ? {} : { startedBy }),
    coauthors: coauthors ?? [],
    approvers: ports.policy?.approvers ?? config.approval.approvers,
    quorum: verdict === "quorum" ? Math.max(2, several) : 1,
    requestedAt: now,
    expiresAt: now + milliseconds(config.approval.expires),
  };
}
