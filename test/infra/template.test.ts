import { generateKeyPairSync } from "node:crypto";
import { join } from "node:path";
import { FileSystem, Stack, Tags } from "aws-cdk-lib";
import { Match } from "aws-cdk-lib/assertions";
import { ManagedPolicy, PermissionsBoundary } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import { DatabaseCluster, DatabaseClusterEngine, ProxyTarget } from "aws-cdk-lib/aws-rds";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import { beforeAll, describe, expect, it } from "vitest";
import { environmentSchema } from "../../functions/environment.js";
import { HANDLERS as RUNTIME } from "../../functions/index.js";
import { packageRoot } from "../../lib/adapters/local/package-root.js";
import { HANDLERS } from "../../lib/infra/handlers.js";
import { allowed } from "./support/policies.js";
import { type Synthesised, synthesise } from "./support/synthesise.js";

/** Where AWS demands the resource `*`, by action. Everything else names what it is about. */
const STAR: Readonly<Record<string, string>> = {
  "ec2:AssignPrivateIpAddresses": "Lambda's network interfaces have no ids before they are made",
  "ec2:CreateNetworkInterface": "Lambda's and CodeBuild's network interfaces have no ids before they are made",
  "ec2:DeleteNetworkInterface": "as above",
  "ec2:DescribeDhcpOptions": "EC2 describes everything or nothing",
  "ec2:DescribeNetworkInterfaces": "EC2 describes everything or nothing",
  "ec2:DescribeSecurityGroups": "EC2 describes everything or nothing",
  "ec2:DescribeSubnets": "EC2 describes everything or nothing",
  "ec2:DescribeVpcs": "EC2 describes everything or nothing",
  "ec2:UnassignPrivateIpAddresses": "as for AssignPrivateIpAddresses",
  "logs:CreateLogDelivery": "log delivery of Step Functions knows no resources",
  "logs:DeleteLogDelivery": "log delivery of Step Functions knows no resources",
  "logs:DescribeLogGroups": "log delivery of Step Functions knows no resources",
  "logs:DescribeResourcePolicies": "log delivery of Step Functions knows no resources",
  "logs:GetLogDelivery": "log delivery of Step Functions knows no resources",
  "logs:ListLogDeliveries": "log delivery of Step Functions knows no resources",
  "logs:PutResourcePolicy": "log delivery of Step Functions knows no resources",
  "logs:UpdateLogDelivery": "log delivery of Step Functions knows no resources",
  "tag:GetResources": "the tagging API knows no resources",
  "xray:GetSamplingRules": "X-Ray knows no resources for segments",
  "xray:GetSamplingTargets": "X-Ray knows no resources for segments",
  "xray:PutTelemetryRecords": "X-Ray knows no resources for segments",
  "xray:PutTraceSegments": "X-Ray knows no resources for segments",
};

/** Wildcards that end a resource, by what stands before them. */
const ENDINGS: readonly RegExp[] = [
  // Keys of objects and names of executions are not known in advance.
  /\/(runs|inputs|registry|ways|approvals|audit|memory)\/\*/,
  /:execution:.*(:\*|\/\*)/,
  // What a run copies is named when it is copied; secrets come and go below the team's own prefix.
  /:(cluster|db|snapshot):schema-gate-\*/,
  // A copy has the parameter groups of its source, and its writer's class.
  /:(pg|cluster-pg):\*/,
  /:og:default\*/,
  /:db:\*/,
  /:secret:tenants\/\*/,
  /:network-interface\/\*/,
];

const PUBLIC_KEY = generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "pem" }).toString();

const NO_VPC = { network: "none", longTasks: "none", observability: "none" } as const;

let full: Synthesised;
let bare: Synthesised;

beforeAll(() => {
  full = synthesise({
    policy: {
      approvers: [
        { id: "ada", email: "ada@example.com" },
        { id: "grace", email: "grace@example.com" },
      ],
      signers: [{ id: "release-pipeline", publicKey: PUBLIC_KEY, namesAuthor: true }],
    },
    emails: ["team@example.com"],
    staging: { clusters: ["tenants-a"], instances: ["tenants-b"], subnetGroup: "staging" },
    startOnUpload: true,
  });
  bare = synthesise(NO_VPC);
});

describe("permissions", () => {
  it("has a function for every handler, and no other", () => {
    expect(Object.keys(HANDLERS).sort()).toEqual(Object.keys(RUNTIME).sort());
  });

  it("allows no action by a wildcard", () => {
    expect(allowed(full).flatMap(({ actions }) => actions.filter((action) => action.includes("*")))).toEqual([]);
  });

  it("allows * only for what AWS knows no narrower resource", () => {
    const strange = allowed(full)
      .filter(({ resources }) => resources.includes("*"))
      .flatMap(({ policy, actions }) =>
        actions.filter((action) => !(action in STAR)).map((action) => [policy, action]),
      );
    expect(strange).toEqual([]);
  });

  it("ends a resource in a wildcard only where names are not known in advance", () => {
    const strange = allowed(full).flatMap(({ policy, resources }) =>
      resources
        .filter((resource) => resource !== "*" && resource.includes("*"))
        .filter((resource) => !ENDINGS.some((ending) => ending.test(resource)))
        .map((resource) => [policy, resource]),
    );
    expect(strange).toEqual([]);
  });

  it("only reads instances that it did not make", () => {
    const others = allowed(full).filter(({ resources }) => resources.some((resource) => /:db:\*/.test(resource)));
    expect(others.map(({ actions }) => actions)).toEqual([["rds:DescribeDBClusters", "rds:DescribeDBInstances"]]);
  });

  it("lets nobody remove or overwrite without a version what is in the bucket", () => {
    const actions = new Set(allowed(full).flatMap((statement) => statement.actions));
    for (const action of ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:BypassGovernanceRetention"])
      expect(actions).not.toContain(action);
  });

  it("lets one function remember catalogs, and none but those that migrate ask for them", () => {
    const about = allowed(full).filter(({ resources }) => resources.some((resource) => resource.includes("/memory/*")));
    const who = (action: string) => about.filter(({ actions }) => actions.includes(action)).map(({ policy }) => policy);
    expect(who("s3:PutObject")).toEqual([expect.stringContaining("Introspect")]);
    for (const policy of who("s3:GetObject")) expect(policy).toMatch(/Introspect|Migrate|Long/);
    expect(who("s3:GetObject")).toEqual(expect.arrayContaining([expect.stringContaining("Migrate")]));
  });

  it("lets those sign who seal, and one function continue a run", () => {
    const who = (action: string) =>
      allowed(full)
        .filter(({ actions }) => actions.includes(action))
        .map(({ policy }) => policy);
    expect(who("kms:Sign").filter((policy) => !/Seal|EndRecorder/.test(policy))).toEqual([]);
    expect(who("kms:Sign")).toHaveLength(2);
    expect(who("states:SendTaskSuccess")).toEqual([expect.stringContaining("Review")]);
  });

  it("lets the review page hand to itself, and to nobody else, what is decided after Slack has its answer", () => {
    const who = allowed(full).filter(({ actions }) => actions.includes("lambda:InvokeFunction"));
    const later = who.filter(({ policy }) => policy.includes("DecideLater"));
    expect(later.map(({ resources }) => resources)).toEqual([
      [expect.stringMatching(/GateFunctionsReviewPageFunction/)],
    ]);
    full.template.hasResourceProperties("AWS::Lambda::EventInvokeConfig", {
      MaximumRetryAttempts: 2,
      DestinationConfig: { OnFailure: { Destination: Match.anyValue() } },
    });
  });

  it("puts the long task into the VPC", () => {
    const actions = allowed(full)
      .filter(({ policy }) => policy.includes("LongTasks"))
      .flatMap((statement) => statement.actions);
    expect(actions).toEqual(
      expect.arrayContaining([
        "ec2:CreateNetworkInterface",
        "ec2:CreateNetworkInterfacePermission",
        "ec2:DescribeVpcs",
      ]),
    );
  });

  it("uses no managed policy of AWS", () => {
    for (const { Properties } of Object.values(full.resources("AWS::IAM::Role")))
      expect(Properties.ManagedPolicyArns).toBeUndefined();
  });
});

describe("functions", () => {
  it("run on ARM with Node 24, are traced, and have a log group of their own", () => {
    const functions = Object.values(full.resources("AWS::Lambda::Function")).filter(
      ({ Properties }) => Properties.Runtime !== undefined && String(Properties.Handler).endsWith(".handler"),
    );
    expect(functions.length).toBe(Object.keys(HANDLERS).length + 4);
    for (const { Properties } of functions)
      expect(Properties).toMatchObject({
        Runtime: "nodejs24.x",
        Architectures: ["arm64"],
        TracingConfig: { Mode: "Active" },
        LoggingConfig: { LogGroup: expect.anything() },
      });
  });

  it("are in the VPC when they reach databases, and only then", () => {
    for (const { Properties } of Object.values(full.resources("AWS::Lambda::Function"))) {
      const entry = String(Properties.Handler).replace(".handler", "");
      const spec = Object.values(HANDLERS).find((handler) => handler.entry === entry);
      const reaches = spec?.grants.some((grant) => grant === "databases") ?? false;
      expect(Properties.VpcConfig !== undefined, entry).toBe(reaches);
    }
  });

  it("are told only what the runtime reads", () => {
    const known = new Set([...Object.keys(environmentSchema.shape), "NODE_OPTIONS"]);
    for (const { Properties } of Object.values(full.resources("AWS::Lambda::Function"))) {
      const { Variables } = (Properties.Environment ?? { Variables: {} }) as { Variables: Record<string, unknown> };
      expect(Object.keys(Variables).filter((name) => !known.has(name))).toEqual([]);
    }
  });
});

describe("what is kept", () => {
  it("lies in one bucket: private, encrypted, versioned, over TLS, the audit trail under lock", () => {
    full.template.resourceCountIs("AWS::S3::Bucket", 1);
    full.template.hasResourceProperties("AWS::S3::Bucket", {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { BucketKeyEnabled: true, ServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms" } },
        ],
      },
      VersioningConfiguration: { Status: "Enabled" },
      ObjectLockEnabled: true,
    });
    full.template.hasResourceProperties("AWS::S3::BucketPolicy", {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
          Match.objectLike({
            Sid: "AuditOnlyWithLock",
            Effect: "Deny",
            Action: "s3:PutObject",
            Condition: { StringNotEquals: { "s3:object-lock-mode": "GOVERNANCE" } },
          }),
          Match.objectLike({
            Sid: "AuditLongEnough",
            Effect: "Deny",
            Action: ["s3:PutObject", "s3:PutObjectRetention"],
            Condition: { NumericLessThan: { "s3:object-lock-remaining-retention-days": 399 } },
          }),
        ]),
      },
    });
  });

  it.each(["AWS::S3::Bucket", "AWS::KMS::Key", "AWS::SecretsManager::Secret"])(
    "%s stays when the stack is removed",
    (type) => {
      for (const resource of Object.values(full.resources(type))) expect(resource.DeletionPolicy).toBe("Retain");
    },
  );

  it("ends: every log group has a retention", () => {
    for (const { Properties } of Object.values(full.resources("AWS::Logs::LogGroup")))
      expect(Properties.RetentionInDays).toBeGreaterThan(0);
  });

  it("is encrypted where it waits: topic, queue, secret", () => {
    for (const type of ["AWS::SNS::Topic", "AWS::SQS::Queue"])
      for (const { Properties } of Object.values(full.resources(type))) expect(Properties.KmsMasterKeyId).toBeDefined();
    for (const { Properties } of Object.values(full.resources("AWS::SecretsManager::Secret")))
      expect(Properties.KmsKeyId).toBeDefined();
  });

  it("of an approver goes to that approver alone: a link is the right to decide", () => {
    const subscriptions = Object.values(full.template.findResources("AWS::SNS::Subscription")).map(({ Properties }) => [
      Properties.Endpoint,
      Properties.FilterPolicy,
    ]);
    expect(subscriptions.sort()).toEqual([
      ["ada@example.com", { approver: ["ada"] }],
      ["grace@example.com", { approver: ["grace"] }],
      ["team@example.com", { approver: [{ exists: false }] }],
    ]);
  });

  it("is not in the logs of the state machine, whose inputs hold a task token", () => {
    for (const { Properties } of Object.values(full.resources("AWS::StepFunctions::StateMachine"))) {
      const machine = JSON.stringify(Properties);
      if (!machine.includes("RequestApproval")) continue;
      expect(Properties.LoggingConfiguration).toMatchObject({ IncludeExecutionData: false, Level: "ALL" });
    }
  });
});

describe("the state machine", () => {
  it.each([
    ["full", () => full],
    ["bare", () => bare],
  ])("of the %s gate has a value for each of its placeholders", (_, of) => {
    const machine = Object.values(of().resources("AWS::StepFunctions::StateMachine")).find(({ Properties }) =>
      JSON.stringify(Properties).includes("RequestApproval"),
    );
    const given = Object.keys(machine?.Properties.DefinitionSubstitutions as object).sort();
    const asked = ["LongTasks", "StagingInstanceClass", "StagingSecurityGroup", "StagingSubnetGroup"];
    expect(given).toEqual([...Object.keys(HANDLERS), ...asked].sort());
  });

  it("is deployed as the file that is tested", () => {
    const deployed = Object.values(full.resources("AWS::StepFunctions::StateMachine")).map(({ Properties }) =>
      JSON.stringify(Properties.DefinitionS3Location ?? Properties.DefinitionString),
    );
    for (const name of ["safety-gate", "sweep-staging"]) {
      const hash = FileSystem.fingerprint(join(packageRoot(), "state-machines", `${name}.asl.json`));
      expect(
        deployed.some((text) => text.includes(hash)),
        name,
      ).toBe(true);
    }
  });
});

describe("a gate without a VPC", () => {
  it("has no VPC, no build, no alarm", () => {
    for (const type of ["AWS::EC2::VPC", "AWS::CodeBuild::Project", "AWS::CloudWatch::Alarm"])
      bare.template.resourceCountIs(type, 0);
  });

  it("cannot make copies of production, and says so", () => {
    expect(() => synthesise({ network: "none", staging: { clusters: ["a"], subnetGroup: "b" } })).toThrow(
      "staging makes copies in a VPC: `network` must not be `none`",
    );
  });
});

describe("what a team may set", () => {
  const keyOf = (id: string) => `arn:aws:kms:eu-central-1:123456789012:key/${id}-2222-3333-4444-555555555555`;
  const [ownKey, tenantsKey] = [keyOf("11111111"), keyOf("aaaaaaaa")];
  const boundary = "arn:aws:iam::123456789012:policy/boundary";
  const imported = (arn: string) => Key.fromKeyArn(new Stack(), "Key", arn);
  let own: Synthesised;
  beforeAll(() => {
    own = synthesise(
      {
        functions: { Score: { memory: 3072 }, Migrate: { memory: 2048, concurrency: 80 } },
        reviewConcurrency: 5,
        key: imported(ownKey),
        databases: { secretPrefixes: ["tenants/"], secretKeys: [imported(tenantsKey)] },
        policy: { approvers: [], signers: [], origins: ["https://gate.example.com"] },
        staging: { clusters: ["a"], subnetGroup: "b" },
        startOnUpload: true,
      },
      (stack) => {
        PermissionsBoundary.of(stack).apply(ManagedPolicy.fromManagedPolicyArn(stack, "Boundary", boundary));
        Tags.of(stack).add("cost-centre", "4711");
      },
    );
  });
  const ours = (entry: string) =>
    Object.values(own.resources("AWS::Lambda::Function")).find(
      ({ Properties }) => Properties.Handler === `${entry}.handler`,
    )?.Properties;

  it("memory and concurrency of single functions", () => {
    expect(ours("score")).toMatchObject({ MemorySize: 3072 });
    expect(ours("score")?.ReservedConcurrentExecutions).toBeUndefined();
    expect(ours("migrate")).toMatchObject({ MemorySize: 2048, ReservedConcurrentExecutions: 80 });
    expect(ours("review")).toMatchObject({ MemorySize: 1024, ReservedConcurrentExecutions: 5 });
    expect(ours("load")).toMatchObject({ MemorySize: 1024 });
  });

  it("a key of its own, in the place of ours", () => {
    for (const type of ["AWS::S3::Bucket", "AWS::SNS::Topic", "AWS::SQS::Queue", "AWS::SecretsManager::Secret"])
      expect(JSON.stringify(own.resources(type)), type).toContain(ownKey);
    const made = Object.values(own.resources("AWS::KMS::Key")).map(({ Properties }) => Properties.KeyUsage);
    expect(made.sort()).toEqual(["GENERATE_VERIFY_MAC", "SIGN_VERIFY"]);
  });

  it("customer keys of the secrets below a prefix, for the functions that reach databases and the long tasks", () => {
    const who = allowed(own).filter(
      ({ actions, resources }) => actions.includes("kms:Decrypt") && resources.includes(tenantsKey),
    );
    const reach = Object.values(HANDLERS).filter(({ grants }) => (grants as readonly string[]).includes("databases"));
    expect(who).toHaveLength(reach.length + 1);
  });

  it("the page's origin, and so the address for Slack's app", () => {
    expect(own.gate.slackUrl).toBe("https://gate.example.com/slack/interactions");
    expect(full.gate.slackUrl).toMatch(/[^/]slack\/interactions$/);
  });

  it("a boundary of permissions and tags, on every role and function", () => {
    for (const { Properties } of Object.values(own.resources("AWS::IAM::Role"))) {
      expect(Properties.PermissionsBoundary).toBe(boundary);
      expect(Properties.Tags).toContainEqual({ Key: "cost-centre", Value: "4711" });
    }
    for (const { Properties } of Object.values(own.resources("AWS::Lambda::Function")))
      expect(Properties.Tags).toContainEqual({ Key: "cost-centre", Value: "4711" });
  });
});

describe("a read proxy", () => {
  it("takes TLS only, and lets in the functions alone", () => {
    const scope = new Stack();
    const cluster = DatabaseCluster.fromDatabaseClusterAttributes(scope, "Cluster", {
      clusterIdentifier: "tenants",
      port: 5432,
      engine: DatabaseClusterEngine.AURORA_POSTGRESQL,
      securityGroups: [],
    });
    const secret = Secret.fromSecretCompleteArn(
      scope,
      "Secret",
      "arn:aws:secretsmanager:eu-central-1:1:secret:a-abcdef",
    );
    const { template } = synthesise({ readProxy: { target: ProxyTarget.fromCluster(cluster), secrets: [secret] } });
    template.hasResourceProperties("AWS::RDS::DBProxy", { RequireTLS: true, EngineFamily: "POSTGRESQL" });
    template.hasResourceProperties("AWS::EC2::SecurityGroupIngress", { Description: "Schema Gate reads" });
  });
});
