import { execFileSync } from "node:child_process";
import type { Config } from "../../../core/config/config.js";
import { type Check, lacking, ok } from "../../../core/doctor/check.js";
import { plural } from "../../../core/plural.js";

/** Whether each approver has a way to decide: a link by Slack or e-mail, or a login on this machine. */
export function approverChecks({ approval }: Config): readonly Check[] {
  const { approvers, slack, email } = approval;
  if (approvers.length === 0) return [];
  const without = approvers.filter(
    (one) =>
      !(slack !== undefined && one.slack !== undefined) &&
      !(email !== undefined && one.email !== undefined) &&
      [one.id, ...(one.aliases ?? [])].every((name) => hasLogin(name) === false),
  );
  if (without.length === 0) return [ok("approvers", plural(approvers.length, "approver"))];
  return [
    lacking("approvers", "warning", {
      message: `${without.map(({ id }) => id).join(", ")} ${without.length === 1 ? "has" : "have"} no login on this machine, and no link is sent to them.`,
      cost: "They can decide only on another machine that shares the folder of the runs.",
      remedy: "Name their logins under approval.approvers (id or aliases), or set up approval.slack or approval.email.",
    }),
  ];
}

/** Null where the machine cannot be asked. */
function hasLogin(name: string): boolean | null {
  try {
    execFileSync("id", ["-u", "--", name], { stdio: "ignore" });
    return true;
  } catch (error) {
    return (error as { readonly status?: number | null }).status === 1 ? false : null;
  }
}
