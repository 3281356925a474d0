import { describe, expect, it } from "vitest";
import { AwsFleet } from "../../../lib/adapters/aws/aws-fleet.js";
import type { S3Store } from "../../../lib/adapters/aws/s3-store.js";
import { configSchema } from "../../../lib/core/config/config.js";

const config = configSchema.parse({
  migrations: "migrations",
  registry: { file: "tenants.csv" },
  staging: { mode: "same host" },
});

/** A bucket whose registry lists `rows`, and what was asked of it. */
function bucket(rows: readonly string[]) {
  const texts = new Map([["registry/tenants.csv", ["id,url,secret", ...rows, ""].join("\n")]]);
  const read: string[] = [];
  const store = {
    text: async (key: string) => {
      read.push(key);
      return texts.get(key) ?? null;
    },
    put: async (key: string, text: string) => void texts.set(key, text),
    locate: (key: string) => key,
  } as unknown as S3Store;
  const fleet = (batch: string | null) =>
    new AwsFleet({
      config,
      secrets: { resolve: async () => expect.unreachable("no secret is needed") },
      store,
      run: "r",
      batch,
      source: "s3:registry/tenants.csv",
      iamToken: async () => "",
    });
  return { texts, read, fleet };
}

const ROWS = ["a,postgres://u@one.internal/a,tenants/a", "b,postgres://u@one.internal/b,tenants/b"];

describe("how the tenants of a batch are reached on AWS", () => {
  it("is kept by batch, and read there without the registry", async () => {
    const { read, fleet } = bucket(ROWS);
    const whole = fleet(null);
    const [a, b] = await whole.tenants();
    if (!a || !b) throw new Error("the registry lists two tenants");
    await whole.keepWays("all-0-0", [a]);
    read.length = 0;
    const part = fleet("all-0-0");
    expect((await part.wayTo(a)).way).toMatchObject({ url: "postgres://u@one.internal/a", secret: "tenants/a" });
    expect(read).toEqual(["ways/r/all-0-0.json"]);
    // Who is not of the batch, or has no part, is looked up in the registry.
    expect((await part.wayTo(b)).way).toMatchObject({ secret: "tenants/b" });
    expect((await fleet("all-0-1").wayTo(a)).way).toMatchObject({ secret: "tenants/a" });
    expect(read.filter((key) => key.startsWith("registry/"))).toHaveLength(2);
  });

  it.each([
    ["a password", "postgres://u:hunter2@one.internal/a"],
    ["a parameter that is not TLS's", "postgres://u@one.internal/a?password=hunter2"],
  ])("is not kept where its URL holds %s", async (_, url) => {
    const { texts, fleet } = bucket([`a,${url},`]);
    const [a] = await fleet(null).tenants();
    if (!a) throw new Error("the registry lists a tenant");
    await fleet(null).keepWays("all-0-0", [a]);
    expect(texts.get("ways/r/all-0-0.json")).toBe("[]");
    expect((await fleet("all-0-0").wayTo(a)).way).toMatchObject({ url });
  });

  it("refuses an account that is not the role of one", async () => {
    const fleet = new AwsFleet({
      config,
      secrets: { resolve: async () => expect.unreachable("no secret is needed") },
      store: {
        text: async () => "id,url,account\na,postgres://u@one.internal/a,222222222222\n",
        locate: (key: string) => key,
      } as unknown as S3Store,
      run: "r",
      batch: null,
      source: "s3:registry/tenants.csv",
      iamToken: async () => "",
    });
    await expect(fleet.tenants()).rejects.toThrow("tenant a: account is not the ARN of a role");
  });

  it("leads nowhere else than the batch says", async () => {
    const { fleet } = bucket(ROWS);
    const whole = fleet(null);
    const [a] = await whole.tenants();
    if (!a) throw new Error("the registry lists two tenants");
    await whole.keepWays("all-0-0", [a]);
    await expect(fleet("all-0-0").wayTo({ ...a, host: "evil.example:5432" })).rejects.toThrow(
      "the registry now leads tenant a to one.internal:5432/a",
    );
  });
});
