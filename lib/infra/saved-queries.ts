import { CfnQueryDefinition, type LogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";

export interface SavedQueriesProps {
  /** Of the functions and the long tasks. */
  readonly functions: readonly LogGroup[];
  readonly machine: LogGroup;
}

/** A question somebody asks about the logs. The person replaces what is in `<…>`. */
interface Question {
  readonly name: string;
  readonly of: "functions" | "machine";
  readonly query: string;
}

/** Lines are written by functions/aws: `tenant`, `result`, `step ended`, `step failed`, `run started`, `review`, `review failed`. */
const QUESTIONS: readonly Question[] = [
  {
    name: "What happened to tenant X",
    of: "functions",
    query: `fields @timestamp, run, phase, status, findings
| filter message = "tenant" and tenant = "<tenant>"
| sort @timestamp asc`,
  },
  {
    name: "What a run did, step by step",
    of: "functions",
    query: `fields @timestamp, step, outcome, ms
| filter message = "step ended" and run = "<run>"
| sort @timestamp asc`,
  },
  {
    name: "Why a run could not finish",
    of: "functions",
    query: `fields @timestamp, step, error.name, error.message
| filter message = "step failed" and run = "<run>"
| sort @timestamp asc`,
  },
  {
    name: "Why the review page fails",
    of: "functions",
    query: `fields @timestamp, error.name, error.message
| filter message = "review failed"
| sort @timestamp desc`,
  },
  {
    name: "Which tenants of a run are not well",
    of: "functions",
    query: `filter message = "tenant" and run = "<run>" and status not in ["read", "pass", "migrated"]
| stats latest(status) as last_status, latest(findings) as last_findings by tenant, phase
| sort tenant asc`,
  },
  {
    name: "Which steps are slow",
    of: "functions",
    query: `filter message = "step ended"
| stats count() as calls, avg(ms), pct(ms, 95), max(ms) by step
| sort \`max(ms)\` desc`,
  },
  {
    name: "Who tried to decide what",
    of: "functions",
    query: `fields @timestamp, run, kind, person, channel, code
| filter message = "review"
| sort @timestamp desc`,
  },
  {
    name: "How much memory the functions leave",
    of: "functions",
    query: `filter @type = "REPORT"
| stats max(@maxMemoryUsed / 1000 / 1000) as used_mb, max(@memorySize / 1000 / 1000) as given_mb, max(@initDuration) as cold_start_ms by @log
| sort used_mb desc`,
  },
  {
    name: "Which states of an execution failed",
    of: "machine",
    query: `fields @timestamp, type, details.name, execution_arn
| filter type in ["TaskFailed", "TaskTimedOut", "MapIterationFailed", "ExecutionFailed", "ExecutionTimedOut"]
| sort @timestamp desc`,
  },
];

/** One saved query of CloudWatch Logs Insights per question. */
export class SavedQueries extends Construct {
  constructor(scope: Construct, id: string, groups: SavedQueriesProps) {
    super(scope, id);
    for (const { name, of, query } of QUESTIONS) {
      const asked = of === "machine" ? [groups.machine] : groups.functions;
      new CfnQueryDefinition(this, name.replaceAll(/[^A-Za-z]+/g, ""), {
        name: `Schema Gate/${this.node.addr.slice(-6)}/${name}`,
        queryString: query,
        logGroupNames: asked.map((group) => group.logGroupName),
      });
    }
  }
}
