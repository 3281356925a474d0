import type { LintConfig } from "./lint-config.js";
import type { Waiver } from "./waivers.js";

/** The config's waivers in the shape of those in comments. */
export function configWaivers(config: Pick<LintConfig, "waivers">): readonly Waiver[] {
  return config.waivers.map(({ expires, ...rest }) => ({ ...rest, until: expires }));
}
