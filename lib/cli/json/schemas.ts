import { z } from "zod";
import { auditEventSchema } from "../../core/audit/event.js";
import { configSchema } from "../../core/config/config.js";
import { evidenceSchema } from "../../core/evidence/evidence.js";
import { executionLogSchema } from "../../core/evidence/execution-log.js";
import { findingSchema } from "../../core/evidence/finding-schema.js";
import { workloadSchema } from "../../core/workload/workload.js";
import { adoptOutput } from "./adopt.js";
import { auditProveOutput, auditSendOutput, auditShowOutput, auditVerifyOutput } from "./audit.js";
import { diffOutput, inspectOutput } from "./catalog.js";
import { contractOutput } from "./contract.js";
import { doctorOutput } from "./doctor.js";
import { keptOutput } from "./kept.js";
import { lintOutput, rulesOutput } from "./lint.js";
import { outlookOutput } from "./outlook.js";
import { proveOutput } from "./prove.js";
import { provisionOutput } from "./provision.js";
import { queriesOutput } from "./queries.js";
import { rewriteOutput } from "./rewrite.js";
import { fleetStatusOutput, runOutput, statusOutput } from "./run.js";
import { watchOutput } from "./watch.js";

/** Every schema that the package publishes, by the name of its file in schemas/. `input` is what a person writes. */
const SCHEMAS: Readonly<Record<string, { readonly schema: z.ZodType; readonly io: "input" | "output" }>> = {
  adopt: { schema: adoptOutput, io: "output" },
  "audit-event": { schema: auditEventSchema, io: "output" },
  "audit-prove": { schema: auditProveOutput, io: "output" },
  "audit-send": { schema: auditSendOutput, io: "output" },
  "audit-show": { schema: auditShowOutput, io: "output" },
  "audit-verify": { schema: auditVerifyOutput, io: "output" },
  config: { schema: configSchema, io: "input" },
  contract: { schema: contractOutput, io: "output" },
  diff: { schema: diffOutput, io: "output" },
  doctor: { schema: doctorOutput, io: "output" },
  evidence: { schema: evidenceSchema, io: "output" },
  "execution-log": { schema: executionLogSchema, io: "output" },
  finding: { schema: findingSchema, io: "output" },
  inspect: { schema: inspectOutput, io: "output" },
  kept: { schema: keptOutput, io: "output" },
  lint: { schema: lintOutput, io: "output" },
  outlook: { schema: outlookOutput, io: "output" },
  prove: { schema: proveOutput, io: "output" },
  provision: { schema: provisionOutput, io: "output" },
  queries: { schema: queriesOutput, io: "output" },
  rewrite: { schema: rewriteOutput, io: "output" },
  rules: { schema: rulesOutput, io: "output" },
  run: { schema: runOutput, io: "output" },
  "status-fleet": { schema: fleetStatusOutput, io: "output" },
  status: { schema: statusOutput, io: "output" },
  watch: { schema: watchOutput, io: "output" },
  workload: { schema: workloadSchema, io: "output" },
};

/** The files of schemas/ with their texts: JSON Schema, draft 2020-12. */
export function schemaFiles(): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(SCHEMAS).map(([name, { schema, io }]) => [
      `${name}.schema.json`,
      `${JSON.stringify(z.toJSONSchema(schema, { io }), null, 2)}\n`,
    ]),
  );
}
