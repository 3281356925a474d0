import { useSnapshot } from "../lib/steps/staging/use-snapshot.js";
import { handlerOf } from "./runtime.js";

export const handler = handlerOf(useSnapshot);
