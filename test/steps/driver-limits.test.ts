import { describe, expect, it } from "vitest";
import { DATA_API_LIMITS } from "../../lib/adapters/rds-data/open-session.js";
import type { Ports } from "../../lib/ports/ports.js";
import type { ProvedStatement } from "../../lib/steps/proof/proof.js";
import { driverFindings } from "../../lib/steps/run/driver-limits.js";

const tenant = (id: string, schema: string | null) => ({ id, group: null, host: "one", database: "d", schema });
const statement = (ms: number, transactionality: "inside" | "outside") =>
  ({
    migration: "7",
    index: 0,
    ms,
    transactionality,
    source: { file: "7.sql", line: 1, column: 1 },
  }) as ProvedStatement;
const ports = (limited: boolean) =>
  ({ database: { limits: async () => (limited ? DATA_API_LIMITS : null) } }) as unknown as Ports;

describe("what a driver cannot do", () => {
  it("is found before anything is executed", async () => {
    const tenants = [tenant("own", null), tenant("shared", "s1")];
    const slow = await driverFindings(ports(true), tenants, [statement(25_000, "inside")]);
    expect(slow.map((one) => [one.code, one.severity, one.subject.name])).toEqual([
      ["dry-run.driver-limit", "error", "own"],
      ["dry-run.driver-limit", "error", "shared"],
    ]);
    expect(slow[0]?.message).toContain("took 25 s on a clone, and the RDS Data API ends a statement after 40 s");
    const outside = await driverFindings(ports(true), tenants, [statement(10, "outside")]);
    expect(outside.map((one) => one.subject.name)).toEqual(["shared"]);
  });

  it("is nothing where the driver has no limits, and where the release keeps within them", async () => {
    const tenants = [tenant("own", null), tenant("shared", "s1")];
    expect(await driverFindings(ports(false), tenants, [statement(1e6, "outside")])).toEqual([]);
    expect(await driverFindings(ports(true), tenants, [statement(100, "inside")])).toEqual([]);
  });
});
