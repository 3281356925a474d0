import { z } from "zod";
import { parseDuration } from "./duration.js";

/** A duration that a user writes as `2s` or `24h`. */
export const duration = (fallback: string) =>
  z
    .string()
    .refine((text) => parseDuration(text) !== null, "expected a duration such as 500ms, 2s, 10min, 24h or 7d")
    .default(fallback);
