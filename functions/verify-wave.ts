import { verifyWave } from "../lib/steps/verify-wave.js";
import { handlerOf } from "./runtime.js";

export const handler = handlerOf(verifyWave);
