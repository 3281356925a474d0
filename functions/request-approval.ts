import { requestApproval } from "../lib/steps/request-approval.js";
import { handlerOf } from "./runtime.js";

export const handler = handlerOf(requestApproval);
