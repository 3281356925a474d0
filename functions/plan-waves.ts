import { planWaves } from "../lib/steps/plan-waves.js";
import { handlerOf } from "./runtime.js";

export const handler = handlerOf(planWaves);
