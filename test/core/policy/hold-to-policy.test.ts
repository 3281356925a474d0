import { describe, expect, it } from "vitest";
import { configSchema } from "../../../lib/core/config/config.js";
import { holdToPolicy } from "../../../lib/core/policy/hold-to-policy.js";
import { stackPolicySchema } from "../../../lib/core/policy/stack-policy.js";

const NOTHING = { registry: false, staging: false };
const policy = stackPolicySchema.parse({
  approvers: [{ id: "alex", email: "alex@example.com", aliases: ["alex-login"] }, { id: "robin" }],
  quorum: 3,
  thresholds: { ask: 0.1, quorum: 0.3, block: 0.6 },
  signers: [],
  secrets: ["registry", "arn:aws:secretsmanager:eu-central-1:1:secret:staging-AbCdEf"],
  origins: ["https://gate.example.com", "https://old.example.com"],
});
const config = (changes: object) =>
  configSchema.parse({
    migrations: "m",
    registry: { file: "tenants.csv" },
    staging: { mode: "same host" },
    ...changes,
  });
const held = (changes: object, sources = NOTHING) => holdToPolicy(config(changes), policy, sources);
const codes = (changes: object, sources = NOTHING) =>
  held(changes, sources).findings.map(({ code, severity, subject }) => `${severity} ${code} ${subject.name}`);

describe("the config of a pack under the stack's policy", () => {
  it("takes the stricter side of every line, and says which of the pack's did not count", () => {
    const thresholds = { ask: 0.69, quorum: 0.69, block: 0.7 };
    expect(held({ thresholds }).config.thresholds).toEqual(policy.thresholds);
    expect(codes({ thresholds, approval: { quorum: 3 } })).toEqual([
      "note policy.threshold thresholds.ask",
      "note policy.threshold thresholds.quorum",
      "note policy.threshold thresholds.block",
    ]);
    const stricter = { ask: 0, quorum: 0, block: 0.2 };
    expect(held({ thresholds: stricter, approval: { quorum: 4 } }).config).toMatchObject({
      thresholds: stricter,
      approval: { quorum: 4 },
    });
  });

  it("lets a pack run nothing as a superuser unless the stack says why too", () => {
    const why = "because the pack says so";
    const asked = {
      connection: { superuser: why },
      staging: { mode: "same host", uncontained: why },
      thresholds: policy.thresholds,
      approval: { quorum: 3 },
    };
    expect(held(asked).config.connection.superuser).toBeUndefined();
    expect(held(asked).config.staging.uncontained).toBeUndefined();
    expect(codes(asked)).toEqual([
      "warning policy.superuser connection.superuser",
      "warning policy.superuser staging.uncontained",
    ]);
    const both = holdToPolicy(config(asked), { ...policy, superuser: "tenants of our own" }, NOTHING);
    expect(both.config.connection.superuser).toBe(`${why} (the stack: tenants of our own)`);
    expect(both.findings).toEqual([]);
  });

  it("takes its approvers and quorum, whoever the pack names", () => {
    for (const approvers of [[], [{ id: "mallory" }], [{ id: "alex", email: "mallory@evil.example" }]])
      expect(held({ approval: { approvers, quorum: 1 } }).config.approval).toMatchObject({
        approvers: policy.approvers,
        quorum: 3,
      });
  });

  it.each([
    ["a stranger", { id: "mallory" }],
    ["an approver's id with another address", { id: "alex", email: "mallory@evil.example" }],
    ["an approver with an alias of the requester", { id: "robin", aliases: ["dana"] }],
  ])("says of %s that the stack does not know them", (_, person) => {
    expect(codes({ thresholds: policy.thresholds, approval: { approvers: [person], quorum: 3 } })).toEqual([
      `warning policy.approver ${person.id}`,
    ]);
  });

  it("has nothing to say of a pack that asks for no more than the stack gives", () => {
    const approval = { approvers: [{ id: "alex", email: "alex@example.com" }, { id: "ROBIN" }], quorum: 3 };
    const origin = "https://old.example.com";
    expect(codes({ thresholds: policy.thresholds, approval: { ...approval, origin } })).toEqual([]);
    expect(held({ approval: { ...approval, origin } }).config.approval.origin).toBe(origin);
  });

  it("leads links to its own origin, and asks through none of the pack's channels", () => {
    const approval = {
      quorum: 3,
      origin: "https://evil.example",
      slack: { token: "secret:registry", signingSecret: "env:AWS_SECRET_ACCESS_KEY" },
      email: { host: "evil.example", from: "gate@evil.example", user: "u", password: "env:AWS_SESSION_TOKEN" },
    };
    const { config: inForce } = held({ thresholds: policy.thresholds, approval });
    expect(inForce.approval.origin).toBe("https://gate.example.com");
    expect(JSON.stringify(inForce)).not.toMatch(/evil|AWS_|slack/);
    expect(codes({ thresholds: policy.thresholds, approval })).toEqual([
      "warning policy.origin approval.origin",
      "note policy.channel approval.slack",
      "note policy.channel approval.email",
    ]);
  });

  it("has no origin where the stack names none, so that the Function URL is the page's", () => {
    const none = { ...policy, origins: [] };
    const asked = config({ approval: { origin: "https://evil.example" } });
    expect(holdToPolicy(asked, none, NOTHING).config.approval.origin).toBeUndefined();
  });

  const query = (url: string) => ({ registry: { query: { url, sql: "select 1" } } });
  it.each(["env:AWS_SESSION_TOKEN", "secret:other", "secret:registry-2", "file:/etc/passwd", "secret:"])(
    "follows no registry query to %s",
    (url) => {
      if (url === "secret:") return expect(() => config(query(url))).toThrow();
      expect(codes(query(url))).toContain("error policy.secret registry.query.url");
      expect(held(query(url)).config.registry.query).toBeUndefined();
      expect(JSON.stringify(held(query(url)))).not.toContain(url);
      // The stack's own registry is read, and the pack's is not looked at.
      expect(codes(query(url), { registry: true, staging: false })).not.toContain(
        "error policy.secret registry.query.url",
      );
    },
  );

  it("follows a registry query to a secret that the stack names, by name, ARN or field", () => {
    for (const url of ["secret:registry", "secret:registry#url"])
      expect(held(query(url)).config.registry.query?.url).toBe(url);
    const url = "secret:arn:aws:secretsmanager:eu-central-1:1:secret:staging-AbCdEf";
    const staging = { mode: "server", url };
    expect(held({ staging }).config.staging.url).toBe(url);
  });

  it("goes to no staging server of the pack's, and cannot do without one in mode server", () => {
    const staging = { mode: "server", url: "secret:evil" };
    expect(codes({ staging })).toContain("error policy.secret staging.url");
    expect(held({ staging }).config.staging).not.toHaveProperty("url");
    expect(codes({ staging }, { registry: false, staging: true })).not.toContain("error policy.secret staging.url");
  });

  it("follows a password to Secrets Manager alone", () => {
    expect(held({ connection: { password: "secret:tenants/all" } }).config.connection.password).toBe(
      "secret:tenants/all",
    );
    for (const password of ["env:AWS_SECRET_ACCESS_KEY", "file:/proc/self/environ"]) {
      expect(held({ connection: { password } }).config.connection.password).toBeUndefined();
      expect(codes({ connection: { password } })).toContain("note policy.secret connection.password");
    }
  });
});
