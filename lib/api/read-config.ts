import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseDocument } from "yaml";
import { type Config, configSchema } from "../core/config/config.js";
import { UsageError } from "./usage-error.js";

export interface LoadedConfig {
  readonly config: Config;
  /** What its paths are relative to. */
  readonly directory: string;
  readonly path: string;
}

/** Reads and checks a `schema-gate.yaml`. Throws `UsageError` with the file, the place and the reason. */
export function readConfig(cwd: string, file: string): LoadedConfig {
  const path = resolve(cwd, file);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(
      `the config ${file} could not be read: ${(error as NodeJS.ErrnoException).code}`,
      "schema-gate init   (writes a commented schema-gate.yaml)",
    );
  }
  const document = parseDocument(text);
  const [syntax] = document.errors;
  if (syntax) throw new UsageError(`the config ${file} is not valid YAML: ${syntax.message.split("\n")[0]}`);
  const parsed = configSchema.safeParse(document.toJS() ?? {});
  if (parsed.success) return { config: parsed.data, directory: dirname(path), path };
  const problems = parsed.error.issues.map((issue) => {
    const place = issue.path.join(".");
    return `  ${place ? `${place}: ` : ""}${whatOf(issue)}`;
  });
  throw new UsageError(
    `the config ${file} is not valid:\n${problems.join("\n")}`,
    `correct ${file}; its keys are described in schemas/config.schema.json`,
  );
}

type Issue = NonNullable<ReturnType<typeof configSchema.safeParse>["error"]>["issues"][number];

function whatOf(issue: Issue): string {
  if (issue.code === "unrecognized_keys") return `unknown key ${issue.keys.join(", ")}`;
  // For a name that the user gives, zod's own message says only that it is wrong.
  return (issue.code === "invalid_key" ? issue.issues[0]?.message : undefined) ?? issue.message;
}
