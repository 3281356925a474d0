import { Duration, RemovalPolicy, Tags } from "aws-cdk-lib";
import { Code, type Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import type { StateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import { Alarms } from "./alarms.js";
import { ApprovalReminder } from "./approval-reminder.js";
import { EndRecorder } from "./end-recorder.js";
import type { GateResources } from "./function-grants.js";
import { GateDashboard } from "./gate-dashboard.js";
import type { FunctionSetting } from "./gate-function.js";
import { GateFunctions } from "./gate-functions.js";
import { GateNetwork } from "./gate-network.js";
import { GateStateMachine } from "./gate-state-machine.js";
import { type AuditLock, GateStorage } from "./gate-storage.js";
import { Notifications } from "./notifications.js";
import { packageFile } from "./package-file.js";
import { ReadProxy } from "./read-proxy.js";
import type { SafetyGateProps } from "./safety-gate-props.js";
import { SavedQueries } from "./saved-queries.js";
import { NO_STAGING, Staging } from "./staging.js";
import { StartOnUpload } from "./start-on-upload.js";
import { Sweep } from "./sweep.js";

const DEFAULT_LOCK: AuditLock = { mode: "GOVERNANCE", days: 400 };

/** Schema Gate as a part of a CDK app: the state machine, its functions, the review page, and what they write to. */
export class SafetyGate extends Construct {
  readonly stateMachine: StateMachine;
  /** Everything of all runs: `inputs/`, `registry/`, `runs/`, `approvals/`, `audit/`. */
  readonly bucket: IBucket;
  /** Where approvers decide. */
  readonly reviewUrl: string;
  /** The review page, for a load balancer or an API of your own in front of it. */
  readonly reviewFunction: LambdaFunction;
  /** What Slack's app is given as its Request URL. */
  readonly slackUrl: string;
  /** Null when `network` is `none`; let its security group in at the databases. */
  readonly network: GateNetwork | null;
  readonly notifications: Notifications;
  /** Host name for the tenants' `replica`; null without `readProxy`. */
  readonly readProxyEndpoint: string | null;

  constructor(scope: Construct, id: string, props: SafetyGateProps) {
    super(scope, id);
    const retention = props.logRetention ?? RetentionDays.THREE_MONTHS;
    const bundle = props.bundle ?? packageFile("dist/lambda");
    const storage = this.makeStorage(props);
    this.bucket = storage.bucket;
    this.network = props.network === "none" ? null : new GateNetwork(this, "Network", props.network ?? {});
    const { policy, emails = [] } = props;
    this.notifications = new Notifications(this, "Notifications", {
      key: storage.key,
      approvers: policy.approvers,
      emails,
    });
    const resources: GateResources = {
      ...storage.resources,
      topicArn: this.notifications.topic.topicArn,
      policy,
      slackSecret: props.slackSecret,
      databases: props.databases,
      registrySecret: props.registrySecret,
      stagingServer: props.stagingServer,
    };
    const setting: FunctionSetting = { code: Code.fromAsset(bundle), network: this.network, retention };
    const functions = new GateFunctions(this, "Functions", {
      setting,
      resources,
      bundle,
      reviewConcurrency: props.reviewConcurrency,
      sizes: props.functions ?? {},
      longTasks: props.longTasks ?? "codebuild",
      undelivered: this.notifications.undelivered,
      reviewAddress: ownPage(props),
    });
    const { longTasks, review } = functions;
    const staging = this.makeStaging(props);
    const gate = new GateStateMachine(this, "StateMachine", {
      functions: functions.byState,
      substitutions: { ...(staging?.substitutions ?? NO_STAGING), LongTasks: longTasks?.project.projectName ?? "none" },
      retention,
    });
    longTasks?.permitStart(gate.role);
    staging?.permitMaking(gate.role);
    review.continues(gate.machine);
    const [origin] = policy.origins ?? [];
    this.reviewUrl = origin ?? functions.reviewAddress;
    this.reviewFunction = review.function.lambda;
    // A Function URL ends with a slash.
    this.slackUrl = `${origin === undefined ? this.reviewUrl : `${origin}/`}slack/interactions`;
    this.stateMachine = gate.machine;
    this.readProxyEndpoint = this.makeReadProxy(props)?.endpoint ?? null;
    const { undelivered } = this.notifications;
    const reminded = { setting, resources, machine: gate.machine, undelivered, reviewUrl: functions.reviewAddress };
    new ApprovalReminder(this, "ApprovalReminder", reminded);
    if (props.startOnUpload)
      new StartOnUpload(this, "StartOnUpload", { setting, resources, machine: gate.machine, undelivered });
    if (props.recordEnds !== false)
      new EndRecorder(this, "EndRecorder", { setting, resources, machine: gate.machine, undelivered });
    const sweep = staging && new Sweep(this, "Sweep", { gate: gate.machine, undelivered, retention });
    if (props.observability !== "none") this.observe(props, gate, functions, sweep);
    Tags.of(this).add("schema-gate", "gate");
  }

  private observe(props: SafetyGateProps, gate: GateStateMachine, functions: GateFunctions, sweep: Sweep | null): void {
    const runbook = props.runbook ?? "docs/runbook.md";
    const { machine, logs } = gate;
    const { review, longTasks } = functions;
    const { topic, undelivered } = this.notifications;
    const alarms = new Alarms(this, "Alarms", {
      machine,
      logs,
      review,
      undelivered,
      longTasks,
      sweep: sweep?.machine ?? null,
      topic,
      runbook,
    });
    new GateDashboard(this, "Dashboard", { machine, review, alarms, runbook });
    new SavedQueries(this, "Queries", { functions: functions.logs, machine: logs });
  }

  private makeStorage({ auditLock, keepArtifacts, removalPolicy, key, bucket }: SafetyGateProps): GateStorage {
    return new GateStorage(this, "Storage", {
      auditLock: auditLock ?? DEFAULT_LOCK,
      keepArtifacts: keepArtifacts ?? Duration.days(400),
      removalPolicy: removalPolicy ?? RemovalPolicy.RETAIN,
      ...(key === undefined ? {} : { key }),
      ...(bucket === undefined ? {} : { bucket }),
    });
  }

  private makeReadProxy({ readProxy }: SafetyGateProps): ReadProxy | null {
    if (readProxy === undefined) return null;
    if (this.network === null) throw new Error("an RDS Proxy stands in a VPC: `network` must not be `none`");
    return new ReadProxy(this, "ReadProxy", readProxy, this.network);
  }

  private makeStaging({ staging }: SafetyGateProps): Staging | null {
    if (staging === undefined) return null;
    if (this.network === null) throw new Error("staging makes copies in a VPC: `network` must not be `none`");
    return new Staging(this, "Staging", staging, this.network);
  }
}

/** Where a team's own front of the page is; null: the page gets a Function URL. */
function ownPage({ reviewPage, policy }: SafetyGateProps): string | null {
  if (reviewPage !== "own") return null;
  const [origin] = policy.origins ?? [];
  if (origin === undefined)
    throw new Error("a review page behind your own front needs its address: set policy.origins");
  return origin;
}
