import { z } from "zod";

/** A secret is named, not written: `env:NAME` or `file:PATH`. */
export const secretReference = z
  .string()
  .regex(/^(env|file):.+$/, "expected env:NAME or file:PATH, never the secret itself");
