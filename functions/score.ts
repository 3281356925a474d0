import { score } from "../lib/steps/score.js";
import { handlerOf } from "./runtime.js";

export const handler = handlerOf(score);
