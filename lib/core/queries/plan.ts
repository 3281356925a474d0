import { z } from "zod";

/** How a plan reads one table. */
interface Access {
  /** `schema.table` */
  readonly table: string;
  readonly by: "index" | "sequential" | "other";
}

/** What is compared in a generic plan. Costs are the planner's estimates; a page read sequentially costs 1. */
export interface Plan {
  readonly cost: number;
  readonly accesses: readonly Access[];
  /** Whether partitions are left out of it because of a value; it does not name them. */
  readonly pruned: boolean;
  /** Kinds of nodes, relations and indexes: equal for plans that do the same in the same order. */
  readonly shape: string;
}

interface PlanNode {
  readonly "Node Type": string;
  readonly "Total Cost": number;
  readonly "Join Type"?: string | undefined;
  readonly Schema?: string | undefined;
  readonly "Relation Name"?: string | undefined;
  readonly "Index Name"?: string | undefined;
  readonly "Subplans Removed"?: number | undefined;
  readonly Plans?: readonly PlanNode[] | undefined;
}

const node: z.ZodType<PlanNode> = z.looseObject({
  "Node Type": z.string(),
  "Total Cost": z.number(),
  "Join Type": z.string().optional(),
  Schema: z.string().optional(),
  "Relation Name": z.string().optional(),
  "Index Name": z.string().optional(),
  "Subplans Removed": z.number().optional(),
  Plans: z.array(z.lazy(() => node)).optional(),
});

const explained = z.array(z.looseObject({ Plan: node })).min(1);

/** The plan that `EXPLAIN (VERBOSE, FORMAT JSON)` shows. Throws for anything else. */
export function readPlan(json: unknown): Plan {
  const [first] = explained.parse(json);
  if (!first) throw new Error("EXPLAIN shows no plan");
  const nodes = [...below(first.Plan)];
  return {
    cost: first.Plan["Total Cost"],
    accesses: nodes.flatMap((each) => {
      const table = each["Relation Name"];
      return table === undefined ? [] : [{ table: `${each.Schema ?? ""}.${table}`, by: accessOf(each) }];
    }),
    pruned: nodes.some((each) => (each["Subplans Removed"] ?? 0) > 0),
    shape: shapeOf(first.Plan),
  };
}

function* below(plan: PlanNode): Generator<PlanNode> {
  yield plan;
  for (const child of plan.Plans ?? []) yield* below(child);
}

function accessOf(plan: PlanNode): Access["by"] {
  if (/^(Index|Bitmap)/.test(plan["Node Type"])) return "index";
  return plan["Node Type"] === "Seq Scan" ? "sequential" : "other";
}

function shapeOf(plan: PlanNode): string {
  const own = [plan["Node Type"], plan["Join Type"], plan["Relation Name"], plan["Index Name"]].filter(Boolean);
  return `${own.join(" ")}(${(plan.Plans ?? []).map(shapeOf).join(",")})`;
}
