import { type Config, configSchema } from "./config.js";

/** What a config says of itself where it says nothing; registry and migrations have no default, and the place of clones none either. */
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
 * The config of a run that an earlier version may have begun: what is new since then has its default, and nothing else changes.
 * It is not validated again: what is in force may be what no config could say, such as a registry that the stack names alone.
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
