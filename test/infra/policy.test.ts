import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { App, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { Key } from "aws-cdk-lib/aws-kms";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import { beforeAll, describe, expect, it } from "vitest";
import { readPolicy } from "../../functions/environment.js";
import { packageRoot } from "../../lib/adapters/local/package-root.js";
import { gateOfContext } from "../../lib/infra/gate-of-context.js";
import type { GatePolicy } from "../../lib/infra/gate-policy.js";
import type { SafetyGateProps } from "../../lib/infra/safety-gate-props.js";
import { allowed } from "./support/policies.js";
import { type Synthesised, synthesise } from "./support/synthesise.js";

const publicKey = generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "pem" }).toString();
const BARE = { network: "none", longTasks: "none", observability: "none" } as const;
const policy: GatePolicy = {
  approvers: [
    { id: "ada", email: "ada@example.com", aliases: ["ada-on-github"] },
    { id: "grace", slack: "U024BE7LH" },
  ],
  quorum: 3,
  thresholds: { ask: 0, quorum: 0.2 },
  signers: [{ id: "release-pipeline", publicKey, namesAuthor: true }],
  origins: ["https://gate.example.com"],
};

let made: Synthesised;
beforeAll(() => {
  // The repository's own app deploys what the package brings.
  const bundled = existsSync(join(packageRoot(), "dist", "lambda", "load.mjs"));
  if (!bundled) execFileSync(process.execPath, ["scripts/bundle-lambda.mjs"], { cwd: packageRoot() });
  made = synthesise({ ...BARE, policy });
});

/** Variables of the functions by the name of their bundle's entry. */
const told = ({ resources }: Synthesised) =>
  Object.values(resources("AWS::Lambda::Function")).map(({ Properties }) => {
    const { Variables = {} } = (Properties.Environment ?? {}) as { Variables?: Record<string, unknown> };
    return [String(Properties.Handler).replace(".handler", ""), Variables.SCHEMA_GATE_POLICY] as const;
  });

describe("the policy of a stack", () => {
  it("is told to those who enforce it, in the form that they read", () => {
    const those = told(made).filter(([, text]) => text !== undefined);
    expect(those.map(([entry]) => entry).sort()).toEqual([
      "accept-order",
      "begin-rollback",
      "load",
      "next-wave",
      "remind",
      "request-approval",
      "review",
      "score",
    ]);
    for (const [, text] of those)
      expect(readPolicy(String(text))).toMatchObject({
        ...policy,
        thresholds: { ask: 0, quorum: 0.2, block: 0.7 },
        secrets: [],
      });
  });

  it("names the registry, so that no release chooses a part of the fleet", () => {
    const told = (props: Partial<SafetyGateProps>) =>
      Object.values(synthesise({ ...BARE, ...props }).resources("AWS::Lambda::Function"))
        .filter(({ Properties }) => Properties.Handler === "load.handler")
        .map(({ Properties }) => (Properties.Environment as { Variables: object }).Variables);
    expect(told({ policy: { ...policy, registryFile: "eu/tenants.csv" } })).toMatchObject([
      { SCHEMA_GATE_REGISTRY: "s3:registry/eu/tenants.csv" },
    ]);
    expect(told({ policy })[0]).not.toHaveProperty("SCHEMA_GATE_REGISTRY");
  });

  it("asks its approvers by mail, each for themselves, and gives the page's address out", () => {
    made.template.hasResourceProperties("AWS::SNS::Subscription", {
      Endpoint: "ada@example.com",
      FilterPolicy: { approver: ["ada"] },
    });
    made.template.resourceCountIs("AWS::SNS::Subscription", 1);
    expect(made.gate.reviewUrl).toBe("https://gate.example.com");
  });

  it("lets those who verify signatures ask for the key of a signer in KMS, and those who reach databases read its secrets", () => {
    const elsewhere = new Stack();
    const kmsKey = Key.fromKeyArn(elsewhere, "Pack", "arn:aws:kms:eu-central-1:123456789012:key/k");
    const secret = Secret.fromSecretCompleteArn(
      elsewhere,
      "Registry",
      "arn:aws:secretsmanager:eu-central-1:123456789012:secret:registry-AbCdEf",
    );
    const stack = synthesise({
      ...BARE,
      policy: { ...policy, signers: [{ id: "pipeline", kmsKey }], secrets: [secret] },
    });
    const who = (action: string, resource: string) =>
      allowed(stack)
        .filter(({ actions, resources }) => actions.includes(action) && resources.some((one) => one.includes(resource)))
        .map(({ policy: name }) => name);
    expect(who("kms:GetPublicKey", "key/k").toSorted()).toEqual([
      expect.stringContaining("AcceptOrder"),
      expect.stringContaining("Load"),
    ]);
    expect(who("secretsmanager:GetSecretValue", "secret:registry")).not.toContainEqual(
      expect.stringMatching(/Review|RequestApproval|Score/),
    );
    expect(who("secretsmanager:GetSecretValue", "secret:registry")).toContainEqual(expect.stringContaining("Load"));
    const [, text] = told(stack).find(([entry]) => entry === "load") ?? [];
    expect(readPolicy(String(text))).toMatchObject({
      signers: [{ id: "pipeline", kmsKey: "arn:aws:kms:eu-central-1:123456789012:key/k" }],
      secrets: ["registry", "arn:aws:secretsmanager:eu-central-1:123456789012:secret:registry-AbCdEf"],
    });
  });

  it("is the context of the repository's own app", () => {
    const key = publicKey.replaceAll(/-----.*-----|\n/g, "");
    const context = {
      vpc: "none",
      longTasks: "none",
      observability: "none",
      approvers: "ada:ada@example.com,grace:U024BE7LH,joan:W012A3CDE:joan@example.com,alex",
      signers: `dana:${key},pipeline:author:${key}`,
      packSecrets: "control-plane",
      origins: "https://gate.example.com",
      quorum: "3",
    };
    const stack = new Stack(new App({ context }), "Own");
    gateOfContext(stack);
    const functions = Template.fromStack(stack).findResources("AWS::Lambda::Function");
    const [load] = Object.values(functions).filter(({ Properties }) => Properties.Handler === "load.handler");
    const text = JSON.stringify(load?.Properties.Environment.Variables.SCHEMA_GATE_POLICY);
    for (const said of [
      { id: "ada", email: "ada@example.com" },
      { id: "grace", slack: "U024BE7LH" },
      { id: "joan", email: "joan@example.com", slack: "W012A3CDE" },
      { id: "alex" },
    ])
      expect(text).toContain(JSON.stringify(JSON.stringify(said)).slice(1, -1));
    for (const said of ["dana", "namesAuthor", "control-plane", "gate.example.com"]) expect(text).toContain(said);
    const wrong = new Stack(new App({ context: { ...context, signers: "dana" } }), "Wrong");
    expect(() => gateOfContext(wrong)).toThrow("dana is not a signer: write ID:KEY");
  });

  it.each([
    "ada@example.com",
    ":ada@example.com",
    "ada:",
    "ada:grace",
    "ada:a@x.org:b@x.org",
    "ada:U024BE7LH:U024BE7LI",
  ])("takes no approver from %s", (approvers) => {
    const stack = new Stack(new App({ context: { vpc: "none", approvers } }), "Own");
    expect(() => gateOfContext(stack)).toThrow(`${approvers} is not an approver: write ID:ADDRESS`);
  });

  it.each<[string, Partial<GatePolicy>, string]>([
    ["an origin with a path", { origins: ["https://gate.example.com/page"] }, "is not an origin"],
    ["an origin without TLS", { origins: ["http://gate.example.com"] }, "is not an origin"],
    ["a registry elsewhere in the bucket", { registryFile: "../inputs/tenants.csv" }, "is not a name of a file"],
    ["a signer without a key", { signers: [{ id: "dana" }] }, "dana needs either publicKey or kmsKey"],
    ["a quorum of nobody", { quorum: 0 }, "policy.quorum"],
    ["a quorum that is no number", { quorum: Number.NaN }, "policy.quorum"],
    ["half a person", { quorum: 1.5 }, "policy.quorum"],
    ["a quorum without an end", { quorum: Number.POSITIVE_INFINITY }, "policy.quorum"],
    ["a line that is no number", { thresholds: { ask: Number.NaN } }, "does not hold"],
    ["a line below all", { thresholds: { ask: -1 } }, "does not hold"],
    [
      "a name of two people",
      { approvers: [{ id: "ada" }, { id: "grace", aliases: ["ＡＤＡ"] }] },
      "belongs to more than one",
    ],
    ["a name that cannot be seen", { approvers: [{ id: "\u200b" }] }, "has no name"],
    ["a name of two scripts", { approvers: [{ id: "аda" }] }, "mixes letters of several scripts"],
    ["lines out of order", { thresholds: { ask: 0.5 } }, "does not hold"],
    ["a line at which everything is blocked", { thresholds: { ask: 0, quorum: 0, block: 0 } }, "does not hold"],
    [
      "more people than a variable holds",
      { approvers: Array.from({ length: 60 }, (_, at) => ({ id: `person-${at}`, email: `person-${at}@example.com` })) },
      "3000 fit",
    ],
  ])("refuses %s when it is synthesised", (_, change, reason) => {
    expect(() => synthesise({ ...BARE, policy: { ...policy, ...change } })).toThrow(reason);
  });
});
