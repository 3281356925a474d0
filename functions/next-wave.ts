import { nextWave } from "../lib/steps/next-wave.js";
import { handlerOf } from "./runtime.js";

export const handler = handlerOf(nextWave);
