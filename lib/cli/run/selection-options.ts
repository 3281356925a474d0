import type { Command } from "commander";
import { UsageError } from "../../api/usage-error.js";
import { isEverybody, type Selection } from "../../core/rollout/selection.js";

/** The options that limit a command to some tenants. */
export function describeSelection(command: Command): Command {
  return command
    .option("--tenant <id...>", "these tenants")
    .option("--group <name...>", "the tenants of these groups")
    .option("--exclude <id...>", "without these tenants");
}

export function selectionOf(options: Readonly<Record<string, unknown>>): Selection {
  return { tenants: words(options.tenant), groups: words(options.group), exclude: words(options.exclude) };
}

/** Throws `UsageError`: on AWS a run covers all tenants of its registry. */
export function refuseChosen(selection: Selection, onlyFailed: boolean): void {
  if (!isEverybody(selection) || onlyFailed)
    throw new UsageError("tenants cannot be chosen with --aws", "list the others under `exempt` in the config");
}

function words(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
