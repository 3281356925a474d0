import { seal } from "../lib/steps/seal.js";
import { handlerOf } from "./runtime.js";

export const handler = handlerOf(seal);
