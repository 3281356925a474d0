import { Duration, RemovalPolicy, Tags } from "aws-cdk-lib";
import { Code, type IFunction } from "aws-cdk-lib/aws-lambda";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import type { StateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import { type GateResources, grant, grantArtifacts } from "./function-grants.js";
import { type FunctionSetting, GateFunction } from "./gate-function.js";
import { GateNetwork } from "./gate-network.js";
import { GateStateMachine } from "./gate-state-machine.js";
import { type AuditLock, GateStorage } from "./gate-storage.js";
import { HANDLERS, type HandlerSpec } from "./handlers.js";
import { Notifications } from "./notifications.js";
import { packageFile } from "./package-file.js";
import { REVIEW, ReviewEndpoint } from "./review-endpoint.js";
import type { SafetyGateProps } from "./safety-gate-props.js";

const DEFAULT_LOCK: AuditLock = { mode: "GOVERNANCE", days: 400 };

/** Schema Gate as a part of a CDK app: the state machine, its functions, the review page, and what they write to. */
export class SafetyGate extends Construct {
  readonly stateMachine: StateMachine;
  /** Everything of all runs: `inputs/`, `runs/`, `approvals/`, `audit/`. */
  readonly bucket: Bucket;
  /** Where approvers decide. */
  readonly reviewUrl: string;
  /** Null when `network` is `none`; let its security group in at the databases. */
  readonly network: GateNetwork | null;
  readonly notifications: Notifications;
  /** Functions by the placeholder of the state machine that calls them. */
  readonly functions: Readonly<Record<string, IFunction>>;

  constructor(scope: Construct, id: string, props: SafetyGateProps) {
    super(scope, id);
    const auditLock = props.auditLock ?? DEFAULT_LOCK;
    const storage = new GateStorage(this, "Storage", {
      auditLock,
      keepArtifacts: props.keepArtifacts ?? Duration.days(400),
      removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN,
    });
    this.bucket = storage.bucket;
    this.network = props.network === "none" ? null : new GateNetwork(this, "Network", props.network ?? {});
    this.notifications = new Notifications(this, "Notifications", { key: storage.key, emails: props.emails ?? [] });
    const resources: GateResources = {
      ...storage.resources,
      topicArn: this.notifications.topic.topicArn,
      slackSecret: props.slackSecret,
      databases: props.databases,
    };
    const setting: FunctionSetting = {
      code: props.code ?? Code.fromAsset(packageFile("dist/lambda")),
      network: this.network,
      retention: props.logRetention ?? RetentionDays.THREE_MONTHS,
    };
    const review = new ReviewEndpoint(this, "Review", {
      ...setting,
      environment: environmentOf(REVIEW, resources, auditLock),
      ...(props.reviewConcurrency === undefined ? {} : { concurrency: props.reviewConcurrency }),
    });
    grantAll(review.function, REVIEW, resources);
    this.reviewUrl = review.url.url;
    const functions = this.makeFunctions(setting, resources, auditLock);
    const { machine } = new GateStateMachine(this, "StateMachine", { functions, retention: setting.retention });
    review.continues(machine);
    this.stateMachine = machine;
    this.functions = Object.fromEntries(Object.entries(functions).map(([name, each]) => [name, each.lambda]));
    Tags.of(this).add("schema-gate", "gate");
  }

  private makeFunctions(
    setting: FunctionSetting,
    resources: GateResources,
    auditLock: AuditLock,
  ): Readonly<Record<string, GateFunction>> {
    const functions: Record<string, GateFunction> = {};
    for (const [name, spec] of Object.entries<HandlerSpec>(HANDLERS)) {
      const environment = environmentOf(spec, resources, auditLock);
      if (spec.grants.includes("links")) environment.SCHEMA_GATE_APPROVAL_URL = this.reviewUrl;
      functions[name] = new GateFunction(this, name, {
        ...setting,
        spec,
        description: `the state ${name}`,
        environment,
      });
      grantAll(functions[name], spec, resources);
    }
    return functions;
  }
}

function grantAll(target: GateFunction, spec: HandlerSpec, resources: GateResources): void {
  grantArtifacts(target.role, resources);
  for (const what of spec.grants) grant(target.role, what, resources);
}

/** What a function is told, which is what it is granted. */
function environmentOf(spec: HandlerSpec, resources: GateResources, auditLock: AuditLock): Record<string, string> {
  const { bucket, signingKey, linkSecret, topicArn, slackSecret } = resources;
  const may = new Set(spec.grants);
  return {
    SCHEMA_GATE_BUCKET: bucket.bucketName,
    ...(may.has("audit")
      ? {
          SCHEMA_GATE_AUDIT_RETENTION_DAYS: String(auditLock.days),
          SCHEMA_GATE_AUDIT_LOCK_MODE: auditLock.mode,
        }
      : {}),
    ...(may.has("sign") ? { SCHEMA_GATE_SIGNING_KEY: signingKey.keyArn } : {}),
    ...(may.has("links") ? { SCHEMA_GATE_LINK_KEY_SECRET: linkSecret.secretArn } : {}),
    ...(may.has("notify") ? { SCHEMA_GATE_TOPIC: topicArn } : {}),
    ...(may.has("notify") && slackSecret ? { SCHEMA_GATE_SLACK_SECRET: slackSecret.secretArn } : {}),
  };
}
