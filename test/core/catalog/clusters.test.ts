import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clusterTenants } from "../../../lib/core/catalog/clusters.js";
import { digest } from "../../../lib/core/json.js";

const readings = fc.uniqueArray(
  fc.record({ tenant: fc.string({ minLength: 1 }), fingerprint: fc.constantFrom("a", "b", "c").map(digest) }),
  { selector: (reading) => reading.tenant, minLength: 1 },
);

describe("clusters", () => {
  it("hold every tenant once, whatever the order of the readings", () => {
    fc.assert(
      fc.property(readings, (list) => {
        const clusters = clusterTenants(list);
        expect(clusterTenants([...list].reverse())).toEqual(clusters);
        expect(clusters.flatMap((cluster) => cluster.tenants).sort()).toEqual(list.map((each) => each.tenant).sort());
        expect(clusters.filter((cluster) => cluster.majority)).toEqual([clusters[0]]);
        expect(Math.max(...clusters.map((cluster) => cluster.tenants.length))).toBe(clusters[0]?.tenants.length);
      }),
    );
  });

  it("lengthen the id until it tells them apart", () => {
    const ids = clusterTenants([
      { tenant: "a", fingerprint: "aaaaaaaa1" },
      { tenant: "b", fingerprint: "aaaaaaaa2" },
    ]).map((cluster) => cluster.id);
    expect(ids).toEqual(["aaaaaaaa1", "aaaaaaaa2"]);
  });
});
