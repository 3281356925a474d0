import type { Command } from "commander";
import { UsageError } from "../../api/usage-error.js";
import { RULES } from "../../core/lint/rules/index.js";
import type { Rule } from "../../core/lint/rules/rule.js";
import { majorsText } from "../../core/postgres/majors.js";
import type { CommandModule, ExitCode } from "../command.js";
import type { Io } from "../io.js";
import { styleFor } from "../terminal/style.js";

const LOCKS: Readonly<Record<string, string>> = {
  ShareUpdateExclusiveLock: "SHARE UPDATE EXCLUSIVE: blocks other changes of the schema",
  ShareLock: "SHARE: blocks writes",
  ShareRowExclusiveLock: "SHARE ROW EXCLUSIVE: blocks writes",
  ExclusiveLock: "EXCLUSIVE: blocks writes",
  AccessExclusiveLock: "ACCESS EXCLUSIVE: blocks reads and writes",
};

export const rules: CommandModule = {
  describe(command: Command): void {
    command.argument("[id]", "a rule, by id or name: SG010, set-not-null").option("--json", "as JSON");
  },

  async run(io: Io, args, options): Promise<ExitCode> {
    const wanted = args[0];
    const chosen = wanted === undefined ? RULES : RULES.filter((rule) => isCalled(rule, wanted));
    if (chosen.length === 0) throw new UsageError(`There is no rule ${wanted}.`, "schema-gate rules");
    if (options.json === true) io.stdout.write(`${JSON.stringify(chosen.map(data), null, 2)}\n`);
    else if (wanted === undefined) io.stdout.write(chosen.map((rule) => `${row(io, rule)}\n`).join(""));
    else io.stdout.write(chosen.map((rule) => explanation(io, rule)).join("\n"));
    return 0;
  },
};

function isCalled(rule: Rule, name: string): boolean {
  return rule.id.toLowerCase() === name.toLowerCase() || rule.slug === name.toLowerCase();
}

function row(io: Io, rule: Rule): string {
  return `${styleFor(io).bold(rule.id)}  ${rule.severity.padEnd(7)}  ${rule.title}`;
}

function explanation(io: Io, rule: Rule): string {
  const style = styleFor(io);
  const lines: readonly (readonly [string, string])[] = [
    ["When", rule.condition],
    ["What happens", rule.effect],
    ["Instead", rule.workaround],
    ["Lock", rule.lock ? (LOCKS[rule.lock] ?? rule.lock) : "none of its own"],
    ["Severity", `${rule.severity}${rule.sized ? "; lower for a small table, where statistics tell its size" : ""}`],
    ["PostgreSQL", majorsText(rule.versions)],
  ];
  const body = lines.map(([label, text]) => `  ${style.dim(label.padEnd(13))} ${text}\n`).join("");
  return `${style.bold(`${rule.id} ${rule.slug}`)}  ${rule.title}\n\n${body}`;
}

function data({ check: _, finish: __, ...meta }: Rule): Omit<Rule, "check" | "finish"> {
  return meta;
}
