import { introspect } from "../lib/steps/introspect.js";
import { handlerOf } from "./runtime.js";

export const handler = handlerOf(introspect);
