import { planRollback } from "../lib/steps/plan-rollback.js";
import { handlerOf } from "./runtime.js";

export const handler = handlerOf(planRollback);
