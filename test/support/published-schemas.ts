import { Ajv2020 } from "ajv/dist/2020.js";
import { schemaFiles } from "../../lib/cli/json/schemas.js";

/** Commands whose --json is another one's, and the schemas of those that have several. */
const SCHEMAS_OF: Readonly<Record<string, readonly string[]>> = {
  audit: ["audit-verify", "audit-prove", "audit-show", "audit-send"],
  check: ["run"],
  backfill: ["run", "outlook"],
  demo: ["run"],
  report: ["evidence"],
  status: ["status", "status-fleet"],
  resume: ["run", "outlook"],
  rollback: ["run", "outlook"],
  run: ["run", "outlook"],
};

export function schemasOf(command: string): readonly string[] {
  return (SCHEMAS_OF[command] ?? [command]).map((name) => `${name}.schema.json`);
}

/** Throws where a command printed JSON that fits none of the schemas that are published for it. */
export function mustFitSchema(argv: readonly string[], stdout: string): void {
  const [command] = argv;
  if (command === undefined || !argv.includes("--json") || stdout === "") return;
  const output: unknown = JSON.parse(stdout);
  const validators = schemasOf(command).map((name) =>
    new Ajv2020({ strict: false, validateFormats: false }).compile(JSON.parse(schemaFiles().get(name) ?? "false")),
  );
  if (validators.some((fits) => fits(output))) return;
  const errors = validators.map(({ errors: found }) => JSON.stringify(found));
  throw new Error(`What ${argv.join(" ")} printed fits no published schema: ${errors.join("; ").slice(0, 2_000)}`);
}
