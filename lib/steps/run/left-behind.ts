import type { Finding } from "../../core/finding.js";
import { identifier } from "../../core/sql/quote.js";
import type { NotDropped } from "../../ports/database.js";

/** A database of ours is still there. What was found out on it holds. */
export function leftBehind(gate: Finding["gate"], { clone, message }: NotDropped): Finding {
  return {
    code: `${gate}.left-behind`,
    gate,
    severity: "warning",
    subject: { kind: "database", name: clone },
    message: `${message[0]?.toUpperCase()}${message.slice(1)}. Nobody can connect to it any more, and the next run drops it.`,
    remedy: { text: `End the sessions that hold it, then: DROP DATABASE ${identifier(clone)};` },
  };
}
