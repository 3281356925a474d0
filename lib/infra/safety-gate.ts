import { Duration, RemovalPolicy, Tags } from "aws-cdk-lib";
import { Code } from "aws-cdk-lib/aws-lambda";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import type { StateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import { GateFunctions } from "./gate-functions.js";
import { GateNetwork } from "./gate-network.js";
import { GateStateMachine } from "./gate-state-machine.js";
import { type AuditLock, GateStorage } from "./gate-storage.js";
import { Notifications } from "./notifications.js";
import { packageFile } from "./package-file.js";
import type { SafetyGateProps } from "./safety-gate-props.js";
import { NO_STAGING, Staging } from "./staging.js";

const DEFAULT_LOCK: AuditLock = { mode: "GOVERNANCE", days: 400 };

/** Schema Gate as a part of a CDK app: the state machine, its functions, the review page, and what they write to. */
export class SafetyGate extends Construct {
  readonly stateMachine: StateMachine;
  /** Everything of all runs: `inputs/`, `registry/`, `runs/`, `approvals/`, `audit/`. */
  readonly bucket: Bucket;
  /** Where approvers decide. */
  readonly reviewUrl: string;
  /** Null when `network` is `none`; let its security group in at the databases. */
  readonly network: GateNetwork | null;
  readonly notifications: Notifications;

  constructor(scope: Construct, id: string, props: SafetyGateProps) {
    super(scope, id);
    const bundle = props.bundle ?? packageFile("dist/lambda");
    const retention = props.logRetention ?? RetentionDays.THREE_MONTHS;
    const storage = this.makeStorage(props);
    this.network = props.network === "none" ? null : new GateNetwork(this, "Network", props.network ?? {});
    this.notifications = new Notifications(this, "Notifications", { key: storage.key, emails: props.emails ?? [] });
    const functions = new GateFunctions(this, "Functions", {
      setting: { code: Code.fromAsset(bundle), network: this.network, retention },
      resources: {
        ...storage.resources,
        topicArn: this.notifications.topic.topicArn,
        slackSecret: props.slackSecret,
        databases: props.databases,
        registrySecret: props.registrySecret,
        stagingServer: props.stagingServer,
      },
      bundle,
      reviewConcurrency: props.reviewConcurrency,
      longTasks: props.longTasks ?? "codebuild",
    });
    const { longTasks, review } = functions;
    const staging = this.makeStaging(props);
    const { machine, role } = new GateStateMachine(this, "StateMachine", {
      functions: functions.byState,
      substitutions: {
        ...(staging?.substitutions ?? NO_STAGING),
        LongTasks: longTasks?.project.projectName ?? "none",
      },
      retention,
    });
    longTasks?.permitStart(role);
    staging?.permitMaking(role);
    review.continues(machine);
    this.bucket = storage.bucket;
    this.reviewUrl = review.url.url;
    this.stateMachine = machine;
    Tags.of(this).add("schema-gate", "gate");
  }

  private makeStorage({ auditLock, keepArtifacts, removalPolicy }: SafetyGateProps): GateStorage {
    return new GateStorage(this, "Storage", {
      auditLock: auditLock ?? DEFAULT_LOCK,
      keepArtifacts: keepArtifacts ?? Duration.days(400),
      removalPolicy: removalPolicy ?? RemovalPolicy.RETAIN,
    });
  }

  private makeStaging({ staging }: SafetyGateProps): Staging | null {
    if (staging === undefined) return null;
    if (this.network === null) throw new Error("staging makes copies in a VPC: `network` must not be `none`");
    return new Staging(this, "Staging", staging, this.network);
  }
}
