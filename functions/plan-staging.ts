import { planStaging } from "../lib/steps/staging/plan-staging.js";
import { handlerOf } from "./runtime.js";

export const handler = handlerOf(planStaging);
