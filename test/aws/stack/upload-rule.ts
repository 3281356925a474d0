import { z } from "zod";
import { callJson } from "./call-json.js";
import type { Target } from "./target.js";

const EVENTS = { service: "events", protocol: "AWSEvents" };
const rulesSchema = z.object({ Rules: z.array(z.object({ Name: z.string(), EventPattern: z.string().optional() })) });

/** The stack's rule that starts a run for every upload: off, but for the one scenario that wants to be started by it. */
export class UploadRule {
  private constructor(
    private readonly target: Target,
    private readonly name: string,
  ) {}

  /** Throws if the stack has none. */
  static async of(target: Target): Promise<UploadRule> {
    const { Rules: rules } = rulesSchema.parse(
      await callJson(target, EVENTS, "ListRules", { NamePrefix: "SchemaGate", Limit: 100 }),
    );
    const rule = rules.find(({ EventPattern: pattern = "" }) => pattern.includes("Object Created"));
    if (rule === undefined) throw new Error(`no rule of ${rules.map(({ Name }) => Name)} takes uploads`);
    return new UploadRule(target, rule.Name);
  }

  async turn(state: "on" | "off"): Promise<void> {
    await callJson(this.target, EVENTS, state === "on" ? "EnableRule" : "DisableRule", { Name: this.name });
  }
}
