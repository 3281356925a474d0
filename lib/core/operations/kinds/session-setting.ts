import { NOTHING } from "../../undo/inverses.js";
import { NO_EFFECTS } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";

/** SET, RESET or DISCARD within the session. */
export interface SessionSetting extends OperationData {
  readonly kind: "session-setting";
  readonly name: string;
  /** SQL text; null for RESET or DEFAULT. */
  readonly value: string | null;
  readonly local: boolean;
}

export const sessionSetting: OperationType<SessionSetting> = {
  kind: "session-setting",
  changes: [],
  evaluates: false,
  effects() {
    return NO_EFFECTS;
  },
  inverse() {
    return NOTHING;
  },
  requirements() {
    return [];
  },
};
