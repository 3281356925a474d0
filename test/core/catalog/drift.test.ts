import { describe, expect, it } from "vitest";
import { CANONICAL_VERSION, type Catalog, type IndexObject } from "../../../lib/core/catalog/catalog.js";
import { type Allowance, driftOf, expiredAllowances } from "../../../lib/core/catalog/drift.js";

const index = (table: string): IndexObject => ({
  kind: "index",
  id: { schema: "app", table, name: "idx_tenant_quota" },
  definition: `CREATE INDEX idx_tenant_quota ON app.${table} USING btree (quota)`,
  attributes: {
    unique: false,
    primary: false,
    valid: true,
    method: "btree",
    keys: ["quota"],
    include: [],
    predicate: null,
    constraint: null,
  },
});
const catalog = (...objects: IndexObject[]): Catalog => ({
  canonical: CANONICAL_VERSION,
  serverVersion: 180004,
  objects,
  unseen: [],
});

const input = (allow: readonly Allowance[], today = "2026-06-01") => ({
  cluster: { id: "12345678", fingerprint: "12345678", tenants: ["acme", "beta"], majority: false },
  actual: catalog(),
  declared: catalog(index("orders"), index("users")),
  groups: new Map([["acme", "eu"]]),
  allow,
  today,
});

describe("drift", () => {
  it("is one finding for a cluster, with every difference in it", () => {
    const { findings, differences } = driftOf(input([]));
    expect(differences).toHaveLength(2);
    expect(findings).toMatchObject([
      { code: "drift.index-missing", gate: "diverge", severity: "warning", tenants: ["acme", "beta"] },
    ]);
    expect(findings[0]?.remedy?.sql).toBe(
      "CREATE INDEX idx_tenant_quota ON app.orders USING btree (quota);\nCREATE INDEX idx_tenant_quota ON app.users USING btree (quota);",
    );
  });

  it("blocks when the release touches the object", () => {
    const { findings } = driftOf({ ...input([]), options: { releaseDepends: (_kind, id) => id.table === "users" } });
    expect(findings).toMatchObject([{ severity: "error" }]);
  });

  it("leaves out what is allowed for a tenant or a group until the day ends", () => {
    const allow: Allowance[] = [
      { tenant: "beta", object: "app.*.idx_tenant_quota", reason: "read-only", expires: "2026-06-01" },
      { group: "eu", object: "app.users.idx_tenant_quota", reason: "rebuilt tonight", expires: "2026-07-01" },
    ];
    const { findings, allowed } = driftOf(input(allow));
    expect(findings).toMatchObject([{ tenants: ["acme"], subject: { name: "app.orders.idx_tenant_quota" } }]);
    expect(allowed).toHaveLength(3);
    expect(expiredAllowances(allow, "2026-06-01")).toEqual([]);
    expect(driftOf(input(allow, "2026-06-02")).findings).toHaveLength(2);
    expect(expiredAllowances(allow, "2026-06-02")).toMatchObject([
      { code: "drift.allowance-expired", tenants: ["beta"] },
    ]);
  });
});
