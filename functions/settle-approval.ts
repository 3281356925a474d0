import { settleApproval } from "../lib/steps/settle-approval.js";
import { handlerOf } from "./runtime.js";

export const handler = handlerOf(settleApproval);
