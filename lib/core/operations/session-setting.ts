import type { OperationData } from "./operation.js";

/** SET, RESET or DISCARD within the session. */
export interface SessionSetting extends OperationData {
  readonly kind: "session-setting";
  readonly name: string;
  /** SQL text; null for RESET or DEFAULT. */
  readonly value: string | null;
  readonly local: boolean;
}
