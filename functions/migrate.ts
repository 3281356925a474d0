import { migrate } from "../lib/steps/migrate.js";
import { handlerOf } from "./runtime.js";

export const handler = handlerOf(migrate);
