import { z } from "zod";

const REFERENCE = /^(env|file|secret):.+$/;

/** A secret is named, not written: `env:NAME`, `file:PATH`, or on AWS `secret:NAME` of Secrets Manager. */
export const secretReference = z
  .string()
  .regex(REFERENCE, "expected env:NAME, file:PATH or secret:NAME, never the secret itself");

export function isSecretReference(text: string): boolean {
  return REFERENCE.test(text);
}
