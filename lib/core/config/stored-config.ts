import { type Config, configSchema } from "./config.js";

/** A config's defaults; registry and migrations have none, nor does the place of clones. */
const {
  registry: _,
  migrations: __,
  staging,
  ...sections
} = configSchema.parse({
  migrations: ".",
  registry: { file: "." },
  staging: { mode: "same host" },
});
const { mode: ___, ...place } = staging;
const DEFAULTS = { ...sections, staging: place };

/**
 * The config of a run that an earlier version may have begun: settings added since get their defaults, and nothing else changes. It is not validated
 * again: the config in force may be one that no file could express, such as a registry that only the stack names.
 */
export function storedConfig(config: Config): Config {
  return filled(config, DEFAULTS) as Config;
}

function filled(value: unknown, defaults: unknown): unknown {
  if (value === undefined) return structuredClone(defaults);
  if (!(isSection(value) && isSection(defaults))) return value;
  const missing = Object.entries(defaults).map(([key, one]) => [
    key,
    filled(Object.hasOwn(value, key) ? value[key] : undefined, one),
  ]);
  return { ...value, ...Object.fromEntries(missing) };
}

function isSection(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
