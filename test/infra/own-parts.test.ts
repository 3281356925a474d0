import { App, Stack } from "aws-cdk-lib";
import { Annotations, Match, Template } from "aws-cdk-lib/assertions";
import { Bucket } from "aws-cdk-lib/aws-s3";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import { describe, expect, it } from "vitest";
import { SafetyGate } from "../../lib/infra/safety-gate.js";
import { allowed } from "./support/policies.js";
import { synthesise } from "./support/synthesise.js";

const NO_VPC = { network: "none", longTasks: "none", observability: "none" } as const;
const GATE = { ...NO_VPC, databases: {}, policy: { approvers: [], signers: [] }, bundle: "test/infra" };

describe("what a team brings", () => {
  it("the page behind a front of its own, without a Function URL", () => {
    const policy = { approvers: [], signers: [], origins: ["https://gate.internal"] };
    const made = synthesise({ ...NO_VPC, reviewPage: "own", policy });
    made.template.resourceCountIs("AWS::Lambda::Url", 0);
    expect(made.gate.reviewUrl).toBe("https://gate.internal");
    made.template.hasResourceProperties("AWS::Lambda::Function", {
      Handler: "request-approval.handler",
      Environment: { Variables: Match.objectLike({ SCHEMA_GATE_APPROVAL_URL: "https://gate.internal" }) },
    });
    expect(() => synthesise({ ...NO_VPC, reviewPage: "own" })).toThrow("set policy.origins");
  });

  it("a bucket of its own, whose audit trail is protected like ours", () => {
    const bucketOf = (objectLockEnabled: boolean) => {
      const stack = new Stack(new App(), "Theirs");
      const bucket = new Bucket(stack, "Own", { versioned: true, objectLockEnabled });
      const gate = () => new SafetyGate(stack, "Gate", { ...GATE, bucket });
      return { gate, stack };
    };
    const { gate, stack } = bucketOf(true);
    gate();
    const template = Template.fromStack(stack);
    template.resourceCountIs("AWS::S3::Bucket", 1);
    expect(JSON.stringify(template.findResources("AWS::S3::BucketPolicy"))).toMatch(
      /AuditOnlyWithLock.*AuditLongEnough/,
    );
    expect(bucketOf(false).gate).toThrow("set objectLockEnabled");
    const imported = new Stack(new App(), "Imported");
    new SafetyGate(imported, "Gate", { ...GATE, bucket: Bucket.fromBucketName(imported, "Own", "own-bucket") });
    Template.fromStack(imported).resourceCountIs("AWS::S3::Bucket", 0);
    Annotations.fromStack(imported).hasWarning("*", Match.stringLikeRegexp("its policy is yours"));
  });
});

describe("the VPC", () => {
  it("has an endpoint for each service that the functions in it may call", () => {
    // The others are no calls of the function: Lambda's own, and a token that is computed.
    const free = new Set(["ec2", "rds-db"]);
    const names: Record<string, string> = { "rds-data": "rds-data", xray: "xray", kms: "kms", logs: "logs", s3: "s3" };
    const made = synthesise({
      databases: {
        secretPrefixes: ["tenants/"],
        accounts: ["arn:aws:iam::222222222222:role/schema-gate"],
        iamUsers: [{ resourceId: "db-1", user: "gate" }],
        dataApiClusters: [
          {
            clusterArn: "arn:aws:rds:eu-central-1:123456789012:cluster:a",
            secret: Secret.fromSecretNameV2(new Stack(), "S", "a"),
          },
        ],
      },
    });
    const inside = Object.values(made.resources("AWS::Lambda::Function")).filter(
      ({ Properties }) => Properties.VpcConfig !== undefined,
    );
    const roles = inside.map(({ Properties }) => (Properties.Role as { "Fn::GetAtt": string[] })["Fn::GetAtt"][0]);
    const services = allowed(made)
      .filter(({ policy }) => roles.some((role) => policy.startsWith(`${role?.slice(0, -8)}`)))
      .flatMap(({ actions }) => actions.map((action) => action.split(":")[0] ?? ""));
    const endpoints = Object.values(made.resources("AWS::EC2::VPCEndpoint")).map(({ Properties }) =>
      JSON.stringify(Properties.ServiceName)
        .replace(/[^\w.-]+$/, "")
        .split(".")
        .at(-1),
    );
    const missing = [...new Set(services)]
      .filter((service) => !free.has(service))
      .filter((service) => !endpoints.includes(names[service] ?? service));
    expect(services.length).toBeGreaterThan(100);
    expect(missing).toEqual([]);
    expect(services).toContain("sts");
  });
});

describe("an event of the audit trail", () => {
  /** The statements of the bucket that deny a put, as IAM reads them: a condition of a missing key holds only if it is negated. */
  const denied = (headers: Readonly<Record<string, string | number>>): string[] => {
    const [policy] = Object.values(synthesise(NO_VPC).resources("AWS::S3::BucketPolicy"));
    const { Statement = [] } = (policy?.Properties.PolicyDocument ?? {}) as { Statement?: Denial[] };
    return Statement.filter(({ Sid }) => Sid?.startsWith("Audit")).flatMap(({ Sid = "", Condition }) => {
      const holds = Object.entries(Condition).every(([operator, of]) =>
        Object.entries(of).every(([key, value]) => {
          const given = headers[key];
          if (operator === "StringNotEquals") return given !== value;
          if (operator === "NumericLessThan") return given !== undefined && Number(given) < Number(value);
          throw new Error(`this test does not know ${operator}`);
        }),
      );
      return holds ? [Sid] : [];
    });
  };
  const mode = "s3:object-lock-mode";
  const days = "s3:object-lock-remaining-retention-days";
  it.each([
    ["without a lock", {}, ["AuditOnlyWithLock"]],
    ["of another mode", { [mode]: "COMPLIANCE", [days]: 399 }, ["AuditOnlyWithLock"]],
    ["for ten days", { [mode]: "GOVERNANCE", [days]: 10 }, ["AuditLongEnough"]],
    ["as ours are", { [mode]: "GOVERNANCE", [days]: 399 }, []],
  ])("%s", (_, headers, by) => expect(denied(headers)).toEqual(by));
});

interface Denial {
  readonly Sid?: string;
  readonly Condition: Readonly<Record<string, Readonly<Record<string, string | number>>>>;
}
