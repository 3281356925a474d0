import type { Finding } from "../core/finding.js";
import { visible } from "../core/visible.js";
import type { Delivery } from "../ports/notifier.js";

/** What was not delivered, as findings: a warning each, because others may still decide; an error when nobody was reached. */
export function deliveryFindings(run: string, deliveries: readonly Delivery[]): readonly Finding[] {
  const failed = deliveries.filter((delivery) => delivery.status === "failed");
  const nobody = failed.length > 0 && failed.length === deliveries.length;
  return failed.map(({ channel, person, reason }) => ({
    code: "approve.not-delivered",
    gate: "approve",
    severity: nobody ? "error" : "warning",
    subject: { kind: "approver", name: person },
    message: `${visible(person)} could not be asked by ${channel}: ${visible(reason ?? "no reason given")}.`,
    remedy: {
      text: "Correct the channel in the config, or decide from the terminal.",
      command: `schema-gate approve ${run}`,
    },
  }));
}
