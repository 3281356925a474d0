import { plural } from "../../../core/plural.js";
import { shortList } from "../../../core/short-list.js";
import type { FleetChange } from "../../../core/watch/changes.js";
import { printable } from "../../terminal/printable.js";
import type { Pass } from "./pass.js";

/** The rest are only counted; `--json` has them all. */
const MOST_NAMED = 10;

/** One pass for a terminal or a log: a line for each change, with its tenants, and below it the details. */
export function passText({ at, first, distrusted, tenants, exempt, changes }: Pass): string {
  const seen = `${plural(tenants, "tenant")} looked at${exempt.length > 0 ? `, ${exempt.length} exempt` : ""}`;
  const lines = [
    ...(distrusted
      ? [
          "The last look was written by another version, or its file was changed: it is ignored, and this counts as the first look.",
        ]
      : []),
    ...changes.flatMap(changeLines),
  ];
  const end = first
    ? "This is the first look: changes are reported from now on."
    : changes.length === 0
      ? "Nothing changed since the last look."
      : `${plural(changes.length, "change")} since the last look.`;
  return `${[...lines, `${at}: ${seen}. ${end}`].map((line) => printable(line)).join("\n")}\n`;
}

function changeLines({ code, tenants, since, details }: FleetChange): readonly string[] {
  const named = shortList(tenants, MOST_NAMED);
  const last = since === null || code === "new" ? "" : ` (as before at ${since})`;
  return [`${named}: ${headline(code, tenants.length)}${last}`, ...details.map((detail) => `  ${detail}`)];
}

function headline(code: FleetChange["code"], count: number): string {
  const is = count === 1 ? "is" : "are";
  const HEADLINES: Readonly<Record<FleetChange["code"], string>> = {
    changed: "the schema changed",
    "invalid-index": "an index is invalid",
    new: `${is} new`,
    gone: `${is} gone from the registry`,
    unreachable: "could not be read",
    reachable: `${is} reachable again`,
    behind: `${count === 1 ? "lacks" : "lack"} migrations`,
    ledger: "the ledger contradicts the migrations",
  };
  return HEADLINES[code];
}
