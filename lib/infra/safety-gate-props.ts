import type { Duration, RemovalPolicy } from "aws-cdk-lib";
import type { RetentionDays } from "aws-cdk-lib/aws-logs";
import type { AnyBucket, AnyKey, AnySecret } from "./cdk-types.js";
import type { DatabaseAccess } from "./database-access.js";
import type { FunctionSize } from "./gate-function.js";
import type { GateNetworkProps } from "./gate-network.js";
import type { GatePolicy } from "./gate-policy.js";
import type { AuditLock } from "./gate-storage.js";
import type { HandlerName } from "./handlers.js";
import type { ReadProxyProps } from "./read-proxy.js";
import type { StagingProps } from "./staging.js";

/** What a team decides about its gate. Everything has a default except how the databases are reached. */
export interface SafetyGateProps {
  /** How the functions log in to the tenants' databases. */
  readonly databases: DatabaseAccess;
  /**
   * Where the functions that reach databases are. Default: a new VPC, with isolated subnets and endpoints, to be peered. `none`: no VPC at
   * all, for databases with a public address or the Data API, and for emulators.
   */
  readonly network?: GateNetworkProps | "none";
  /** Who may approve, how many of them and from which risk on, and who may submit releases: it overrides every release's config. */
  readonly policy: GatePolicy;
  /** Addresses that are told when something needs help. They get no approver's link. */
  readonly emails?: readonly string[];
  /** Slack's `{"token", "signingSecret", "channel"}` as a JSON secret; interactions go to the review page. */
  readonly slackSecret?: AnySecret;
  /**
   * How browsers reach the review page. `url`: at a public Function URL, which may also be the origin of a CloudFront distribution. `own`:
   * only through what you put in front of `gate.reviewFunction`, such as an internal load balancer; its address is the first of
   * `policy.origins`. Default: `url`.
   */
  readonly reviewPage?: "url" | "own";
  /** Calls of the review page that may run at once. Default: as many as the account allows. */
  readonly reviewConcurrency?: number;
  /** Memory and concurrency of single functions, by the names of the states that call them; the others are as docs/aws.md lists them. */
  readonly functions?: Readonly<Partial<Record<HandlerName, FunctionSize>>>;
  /**
   * Encrypts bucket, topic, queue, logs of builds and link secret. Left out: a key is made. The policy of one that is imported must let
   * CloudWatch's alarms and EventBridge use it.
   */
  readonly key?: AnyKey;
  /**
   * Everything of all runs; left out: one is made. Yours needs Object Lock, versions, no public access, TLS only, and encryption with `key`.
   * What expires in it is yours to say.
   */
  readonly bucket?: AnyBucket;
  /** How long an event of the audit trail cannot be removed. Default: GOVERNANCE, 400 days. */
  readonly auditLock?: AuditLock;
  /** How long the artifacts of a run are kept; the audit trail stays. Default: 400 days. */
  readonly keepArtifacts?: Duration;
  /** How long logs are kept. Default: three months. */
  readonly logRetention?: RetentionDays;
  /** What happens to the bucket and the keys when the stack is removed. Default: they are retained. */
  readonly removalPolicy?: RemovalPolicy;
  /** Starts a run for every release that is packed into the bucket, through EventBridge. Default: false; something else starts runs. */
  readonly startOnUpload?: boolean;
  /** Executions that are stopped, time out or fail before they can report it are recorded and sealed. Default: true; false for emulators. */
  readonly recordEnds?: boolean;
  /** Where docs/runbook.md can be read, for the links of the alarms. Default: its path in this package. */
  readonly runbook?: string;
  /** `none`: no alarms, dashboard and saved queries, for emulators, which lack some of them. Default: `full`. */
  readonly observability?: "full" | "none";
  /** Folder of the functions' bundle. Default: the one in this package, `dist/lambda`. */
  readonly bundle?: string;
  /** An RDS Proxy for the phases that read. Default: none. */
  readonly readProxy?: ReadProxyProps;
  /** The copies of production that the state machine may make for dry runs. Default: it may make none. */
  readonly staging?: StagingProps;
  /**
   * Where steps continue that need more than a function's 15 minutes. `none`: nowhere, they are blocked; for emulators, which lack
   * CodeBuild. Default: `codebuild`.
   */
  readonly longTasks?: "codebuild" | "none";
  /** Secret that lists the tenants. Default: `policy.registryFile`, else what the packed config says. */
  readonly registrySecret?: AnySecret;
  /** Secret with the URL of an existing staging server. Default: what the packed config says. */
  readonly stagingServer?: AnySecret;
}
