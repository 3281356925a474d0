import { expect, it } from "vitest";
import { type Config, configSchema } from "../../../lib/core/config/config.js";
import { storedConfig } from "../../../lib/core/config/stored-config.js";

const whole = configSchema.parse({
  migrations: "m",
  registry: { query: { url: "env:REGISTRY", sql: "select 1" } },
  staging: { mode: "server", url: "env:STAGING" },
  probes: { freeSpace: { "*": "1GB" } },
  approval: { approvers: [{ id: "alex" }], quorum: 3 },
  drift: { allow: [] },
});

it("leaves a config of this version as it is", () => {
  expect(storedConfig(whole)).toEqual(whole);
});

it.each(Object.keys(whole).filter((key) => !["migrations", "registry", "staging"].includes(key)))(
  "gives a config without %s its default, and touches nothing else",
  (key) => {
    const earlier = Object.fromEntries(Object.entries(whole).filter(([name]) => name !== key)) as Config;
    const bare = { migrations: "m", registry: whole.registry, staging: whole.staging };
    const defaults = configSchema.parse(bare) as unknown as Record<string, unknown>;
    expect(storedConfig(earlier)).toEqual({ ...whole, [key]: defaults[key] });
  },
);

it("fills what is missing within a section, and gives no registry, no place of clones and nothing that is optional", () => {
  const { maxWave: _, ...rollout } = whole.rollout;
  const held = { ...whole, rollout, registry: {}, staging: { mode: "server" } } as unknown as Config;
  const filled = storedConfig(held);
  expect(filled.rollout).toEqual(whole.rollout);
  expect(filled.registry).toEqual({});
  expect(filled.staging).toEqual({ mode: "server", sources: {}, ready: "2h" });
  expect(filled).not.toHaveProperty("metrics");
});
