import { affectedRelations } from "../../core/catalog/affected.js";
import type { Catalog } from "../../core/catalog/catalog.js";
import type { TableRef } from "../../core/catalog/lookup.js";
import { humanName } from "../../core/catalog/names.js";
import type { Finding, Severity } from "../../core/finding.js";
import { groupBy } from "../../core/group-by.js";
import type { Clones, WorkingClone } from "./clones.js";
import type { ProveOnClone } from "./input.js";
import { PAST_THE_ROWS } from "./numbers-ahead.js";
import { NO_DATA } from "./swallowed-writes.js";
import { type RefusedWrite, type TriedWrites, tryWrites } from "./try-writes.js";

/** Maximum number of tables and views that are written to; a release that may concern more says so. */
const MOST = 300;

/** What the release did, as the clone shows it. */
export interface Released {
  readonly before: Catalog;
  readonly after: Catalog;
  readonly written: readonly TableRef[];
}

/**
 * Whether an application can still write after the release: one row of every table and view that it concerns is updated, deleted and
 * inserted, and everything is rolled back. What was refused for the same reason on a clone that never saw the release is not a finding.
 */
export async function writabilityFindings(
  input: ProveOnClone,
  clones: Clones,
  working: WorkingClone,
  { before, after, written }: Released,
): Promise<readonly Finding[]> {
  const concerned = affectedRelations(before, after, written);
  const tables = concerned.slice(0, MOST);
  if (tables.length === 0) return [];
  const { refused } = await tryWrites(working.session, after, { tables, oids: [] }, input);
  const counted = refused.filter(isOfTheTable);
  const known = counted.length === 0 ? NONE : await triedBefore(input, clones, before, counted);
  const fresh = counted.filter((each) => isNew(each, known));
  const groups = groupBy(fresh, ({ command, byDefault, byAction, code, reason }) =>
    JSON.stringify([command, byDefault, byAction, code, reason]),
  );
  return [
    ...[...groups.values()].flatMap((group) => finding(group, known)),
    ...(concerned.length > MOST ? [notAllTried(concerned.length)] : []),
  ];
}

const NONE: TriedWrites = { tried: [], refused: [] };

/** The same relations, by object id or by name, on a clone that never saw the release. */
async function triedBefore(
  input: ProveOnClone,
  clones: Clones,
  before: Catalog,
  refused: readonly RefusedWrite[],
): Promise<TriedWrites> {
  const working = await clones.make("writes");
  try {
    const oids = [...new Set(refused.map(({ oid }) => oid))];
    return await tryWrites(working.session, before, { oids, tables: refused.map(({ table }) => table) }, input);
  } finally {
    await clones.drop(working);
  }
}

/** A new view that accepts no writes is like many other views. */
function isNew(each: RefusedWrite, before: TriedWrites): boolean {
  if (each.takesNone && !wasThere(each, before)) return false;
  return !before.refused.some(
    (other) =>
      isOf(each, other) &&
      other.command === each.command &&
      other.code === each.code &&
      other.byAction === each.byAction,
  );
}

type Tried = TriedWrites["tried"][number];

function isOf(each: Tried, other: Tried): boolean {
  return other.oid === each.oid || (other.table.schema === each.table.schema && other.table.name === each.table.name);
}

function wasThere(each: Tried, before: TriedWrites): boolean {
  return before.tried.some((other) => isOf(each, other));
}

/**
 * Whether a row that we made up satisfies constraints says nothing about an application's rows; nor does a value for an identity of the
 * table under a view (428C9, generated_always), which no application would give.
 */
function isOfTheTable({ generated, code }: RefusedWrite): boolean {
  return !(generated && (/^(22|23)/.test(code) || code === "428C9"));
}

const VERBS: Readonly<Record<RefusedWrite["command"], string>> = {
  INSERT: "an INSERT into",
  UPDATE: "an UPDATE of",
  DELETE: "a DELETE from",
};

/** What fails for one cause, named by the first of its tables; tables come before the views over them. */
function finding([first, ...others]: readonly RefusedWrite[], before: TriedWrites): readonly Finding[] {
  if (!first) return [];
  const { table, command, byDefault, byAction, code, reason } = first;
  const name = humanName(table);
  const also = others.length === 0 ? "" : ` So it is with ${others.map((each) => humanName(each.table)).join(", ")}.`;
  return [
    {
      code: "dry-run.not-writable",
      gate: "dry-run",
      severity: severityOf(first, before),
      subject: { kind: "table", name },
      message: `After the release ${VERBS[command]} ${name}${byDefault ? " that leaves its columns with a default out" : ""}${byAction === null ? "" : ` to which a row points by ${byAction}`} ${code === NO_DATA ? "does nothing" : "fails, and did not before"}: ${reason}.${also}`,
      remedy: { text: remedyOf(first) },
    },
  ];
}

/**
 * A RAISE in a trigger refuses on purpose. A refusal that depends on the row, or on a setting that an application makes, may hit one row
 * and not another.
 */
function severityOf(each: RefusedWrite, before: TriedWrites): Severity {
  const { code, byAction } = each;
  if (code === "P0001") return "note";
  // A table built to accept no UPDATE refuses them from its first day.
  if (code === NO_DATA) return !wasThere(each, before) ? "note" : each.generated ? "warning" : "error";
  if (byAction !== null && code === "23502") return "error";
  return /^(22|23|P0)/.test(code) || code === "42704" ? "warning" : "error";
}

function remedyOf({ code, command, takesNone, byDefault, byAction }: RefusedWrite): string {
  if (code === NO_DATA)
    return "Let the trigger return the row, or give the rule a condition; what is to be refused is refused by RAISE or REVOKE, so that its writer learns of it.";
  if (byAction !== null)
    return "Give the foreign key another action, such as ON DELETE RESTRICT or CASCADE, or let its columns take what the action sets, in the same release.";
  if (byDefault && code === "23505") return PAST_THE_ROWS;
  if (byDefault) return "Change the default, or the function or sequence that it calls, in the same release.";
  if (takesNone) return "Make the view a plain one over one table again, or give it INSTEAD OF triggers.";
  // 55000: a published table is written to without a replica identity.
  if (code === "55000" && command !== "INSERT")
    return "Give the table a primary key that its publication sends, or set REPLICA IDENTITY FULL or USING INDEX, in the same release.";
  if (code.startsWith("23")) return "Repair the rows that the new constraint does not allow in the same release.";
  return "Change the trigger, policy, generated column or function that the message names in the same release.";
}

function notAllTried(count: number): Finding {
  return {
    code: "dry-run.not-all-written",
    gate: "dry-run",
    severity: "warning",
    subject: { kind: "release", name: "release" },
    message: `The release may concern ${count} tables and views; whether they can be written after it was tried on ${MOST} of them.`,
  };
}
