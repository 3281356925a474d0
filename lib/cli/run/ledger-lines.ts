import { groupBy } from "../../core/group-by.js";
import { plural } from "../../core/plural.js";
import type { Exemption } from "../../core/rollout/exemptions.js";
import { shortList } from "../../core/short-list.js";
import type { LedgerState } from "../../steps/catalog/fleet-ledgers.js";

/** From more tenants on, those that say the same share a line. */
const MOST_LINES = 50;
const MOST_NAMES = 5;

type SaidOf = (state: LedgerState) => string;

/** How far a fleet is: its counts, then those that are not up to date. `exempt` by tenant. */
export function ledgerLines(
  release: string,
  ledgers: readonly LedgerState[],
  exempt: ReadonlyMap<string, Pick<Exemption, "expires" | "by">> = new Map(),
): readonly string[] {
  const said: SaidOf = ({ tenant, pending, reason }) => {
    const left = exempt.get(tenant);
    const why = left === undefined ? "" : ` (exempt until ${left.expires}, by ${left.by})`;
    return `${reason ?? `lacks ${pending?.join(", ")}`}${why}`;
  };
  const behind = ledgers.filter(({ pending, reason }) => reason === null && (pending?.length ?? 0) > 0);
  const wrong = ledgers.filter(({ reason }) => reason !== null);
  const current = ledgers.length - behind.length - wrong.length;
  const counts = [
    `${current} up to date`,
    ...(behind.length > 0 ? [`${behind.length} behind`] : []),
    ...(wrong.length > 0 ? [`${wrong.length} unknown`] : []),
  ];
  const listed = [...behind, ...wrong];
  const each = listed.length > MOST_LINES ? stateLines(listed, said) : tenantLines(listed, said);
  return [`${release}: ${plural(ledgers.length, "tenant")}, ${counts.join(", ")}`, ...each.map((line) => `  ${line}`)];
}

function tenantLines(ledgers: readonly LedgerState[], said: SaidOf): readonly string[] {
  const width = Math.max(0, ...ledgers.map(({ tenant }) => tenant.length));
  return ledgers.map((state) => `${state.tenant.padEnd(width)}  ${said(state)}`);
}

/** The state that most tenants share comes first. */
function stateLines(ledgers: readonly LedgerState[], said: SaidOf): readonly string[] {
  const states = [...groupBy(ledgers, said)].sort(([, a], [, b]) => b.length - a.length);
  const shortened = states.some(([, tenants]) => tenants.length > MOST_NAMES);
  return [
    ...states.map(([state, tenants]) => `${state}  ${plural(tenants.length, "tenant")}: ${names(tenants)}`),
    ...(shortened ? ["every tenant by name: schema-gate status --fleet --json"] : []),
  ];
}

function names(tenants: readonly LedgerState[]): string {
  return shortList(
    tenants.map(({ tenant }) => tenant),
    MOST_NAMES,
  );
}
