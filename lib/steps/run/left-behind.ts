import type { Finding } from "../../core/finding.js";
import type { NotDropped } from "../../ports/database.js";

/** A database or a role of ours still exists. What was found out there holds. */
export function leftBehind(gate: Finding["gate"], { left, message, remedy }: NotDropped): Finding {
  const after =
    left.kind === "database"
      ? "Nobody can connect to it any more, and the next run drops it."
      : "Nobody can sign in as it any more, and `schema-gate clean --yes` or the next run drops it once nothing depends on it.";
  return {
    code: `${gate}.left-behind`,
    gate,
    severity: "warning",
    subject: { kind: left.kind, name: left.name },
    message: `${message[0]?.toUpperCase()}${message.slice(1)}. ${after}`,
    remedy: { text: remedy },
  };
}
