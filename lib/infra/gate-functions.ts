import type { LogGroup } from "aws-cdk-lib/aws-logs";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { environmentOf } from "./environment-of.js";
import { type GateResources, grant, grantArtifacts } from "./function-grants.js";
import { type FunctionSetting, type FunctionSize, GateFunction } from "./gate-function.js";
import { type Grant, HANDLERS, type HandlerName, type HandlerSpec } from "./handlers.js";
import { LongTasks } from "./long-tasks.js";
import { REVIEW, ReviewEndpoint } from "./review-endpoint.js";

export interface GateFunctionsProps {
  readonly setting: FunctionSetting;
  readonly resources: GateResources;
  /** Folder of the bundle. */
  readonly bundle: string;
  readonly reviewConcurrency: number | undefined;
  /** By state. */
  readonly sizes: Readonly<Partial<Record<string, FunctionSize>>>;
  readonly longTasks: "codebuild" | "none";
  /** Where a team's own front of the page is; null: the page gets a Function URL. */
  readonly reviewAddress: string | null;
  /** Gets what was pressed in Slack and could not be decided. */
  readonly undelivered: IQueue;
}

/** What runs our code: a function per state, the review page, and the long tasks. */
export class GateFunctions extends Construct {
  /** Functions by the placeholder that calls them. */
  readonly byState: Readonly<Record<string, GateFunction>>;
  readonly review: ReviewEndpoint;
  /** Null: steps that need more than 15 minutes are blocked. */
  readonly longTasks: LongTasks | null;
  private readonly ownAddress: string | null;

  constructor(scope: Construct, id: string, props: GateFunctionsProps) {
    super(scope, id);
    const { setting, resources, reviewConcurrency, sizes } = props;
    this.ownAddress = props.reviewAddress;
    this.review = new ReviewEndpoint(this, "Review", {
      ...setting,
      environment: environmentOf(REVIEW.grants, resources),
      undelivered: props.undelivered,
      functionUrl: props.reviewAddress === null,
      ...(reviewConcurrency === undefined ? {} : { size: { concurrency: reviewConcurrency } }),
    });
    grantAll(this.review.function, REVIEW.grants, resources);
    const byState: Record<string, GateFunction> = {};
    for (const [name, spec] of Object.entries<HandlerSpec>(HANDLERS)) {
      const environment = environmentOf(spec.grants, resources);
      if (spec.grants.includes("links")) environment.SCHEMA_GATE_APPROVAL_URL = this.reviewAddress;
      byState[name] = new GateFunction(this, name, {
        ...setting,
        spec,
        description: `the state ${name}`,
        environment,
        size: sizes[name] ?? {},
      });
      grantAll(byState[name], spec.grants, resources);
    }
    this.byState = byState;
    this.longTasks = props.longTasks === "none" ? null : this.makeLongTasks(props);
  }

  /** Where browsers reach the page if the policy names no origins. */
  get reviewAddress(): string {
    return this.review.url?.url ?? this.ownAddress ?? "";
  }

  /** All log groups of our code. */
  get logs(): readonly LogGroup[] {
    const functions = [...Object.values(this.byState), this.review.function];
    return [...functions, ...(this.longTasks ? [this.longTasks] : [])].map((each) => each.logs);
  }

  private makeLongTasks({ setting, resources, bundle }: GateFunctionsProps): LongTasks {
    const { network, retention } = setting;
    const grants = [...new Set(LONG_STEPS.flatMap((name): readonly Grant[] => HANDLERS[name].grants))];
    const environment = environmentOf(grants, resources);
    const longTasks = new LongTasks(this, "LongTasks", { bundle, network, retention, key: resources.key, environment });
    grantAll(longTasks, grants, resources);
    return longTasks;
  }
}

/** Steps that continue as a build if a function does not have enough time. */
const LONG_STEPS: readonly HandlerName[] = ["DryRun", "Migrate", "RollBack"];

function grantAll({ role }: GateFunction | LongTasks, grants: readonly Grant[], resources: GateResources): void {
  grantArtifacts(role, resources);
  for (const what of grants) grant(role, what, resources);
}
