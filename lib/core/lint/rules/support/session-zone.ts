import type { Node } from "libpg-query";
import { as, constant, find, strings } from "../../../sql/tree.js";
import type { Known } from "../../known/known.js";
import type { LintStatement } from "../../lint-statement.js";

/** The names of zones whose offset is zero the whole year (TimestampTimestampTzRequiresRewrite asks for that), and `0`. */
const UTC = /^((etc\/)?(utc|uct|gmt|gmt[+-]?0|greenwich|universal|zulu)|utc0|[+-]?0+(:00)?)$/i;

/** Whether the session's TimeZone is UTC at a statement, because its own file sets it before. */
export function isInUtc(statement: LintStatement, known: Known): boolean {
  let inUtc = false;
  for (const other of known.passed()) {
    if (other.script !== statement.script) continue;
    const zone = zoneSet(other.node);
    if (zone === undefined) continue;
    const lasts = !zone.local || (other.transaction !== null && other.transaction.id === statement.transaction?.id);
    if (lasts) inUtc = !other.conditional && zone.name !== null && UTC.test(zone.name);
  }
  return inUtc;
}

/** What a statement sets the zone to; null when that cannot be told, undefined where it does not set it. */
function zoneSet(node: Node): { readonly name: string | null; readonly local: boolean } | undefined {
  const set = as(node, "VariableSetStmt");
  if (set?.kind === "VAR_RESET_ALL") return { name: null, local: false };
  if (set) {
    if (set.name?.toLowerCase() !== "timezone") return undefined;
    const [value] = set.args ?? [];
    const name = set.kind === "VAR_SET_VALUE" ? (constant(as(value, "TypeCast")?.arg ?? value) ?? null) : null;
    return { name, local: set.is_local === true };
  }
  const call = find(node, "FuncCall").find(
    ({ funcname, args }) =>
      strings(funcname).at(-1) === "set_config" && constant(args?.[0])?.toLowerCase() === "timezone",
  );
  if (!call) return undefined;
  return { name: constant(call.args?.[1]) ?? null, local: constant(call.args?.[2]) !== "false" };
}
