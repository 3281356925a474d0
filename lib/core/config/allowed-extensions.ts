import type { Config } from "./config.js";

/** Extensions that releases may make besides the trusted. */
export function allowedExtensions({ extensions }: Pick<Config, "extensions">): ReadonlySet<string> {
  return new Set(extensions.map(({ name }) => name));
}
