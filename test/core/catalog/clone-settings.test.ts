import { describe, expect, it } from "vitest";
import type { Catalog, CatalogObject } from "../../../lib/core/catalog/catalog.js";
import { withSettingsOf } from "../../../lib/core/catalog/clone-settings.js";

function setting(name: string, value: string, signature?: string): CatalogObject {
  return {
    kind: "database setting",
    id: { name, ...(signature === undefined ? {} : { signature }) },
    definition: null,
    attributes: { value },
  };
}

function catalog(...objects: readonly CatalogObject[]): Catalog {
  return { objects } as unknown as Catalog;
}

const [mine, log, app] = [setting("work_mem", "8MB"), setting("log_statement", "all"), setting("x", "1", "app")];

describe("what a clone's catalog says of its tenant", () => {
  const whole = withSettingsOf(catalog(log, mine, app), catalog(mine));

  it("has the settings that the clone could not have, in the catalog's order", () => {
    expect(whole(catalog(mine)).objects).toEqual([log, mine, app]);
  });

  it("has none that the clone had and the release resets", () => {
    expect(whole(catalog()).objects).toEqual([log, app]);
  });

  it("has the release's value of one that the clone lacked", () => {
    const set = setting("log_statement", "none");
    expect(whole(catalog(set, mine)).objects).toEqual([set, mine, app]);
  });

  it("tells the same setting of a role from that of the database", () => {
    const both = withSettingsOf(catalog(setting("x", "0"), app), catalog(setting("x", "0")));
    expect(both(catalog(setting("x", "0"))).objects).toEqual([app, setting("x", "0")]);
  });

  it("is the clone's own where it had everything", () => {
    const own = catalog(mine);
    expect(withSettingsOf(catalog(mine), own)(own)).toBe(own);
  });
});
