import type { Config } from "./config.js";

/** Extensions that releases may create besides the trusted ones. */
export function allowedExtensions({ extensions }: Pick<Config, "extensions">): ReadonlySet<string> {
  return new Set(extensions.map(({ name }) => name));
}
