import type { Finding } from "../../core/finding.js";
import { plural } from "../../core/plural.js";
import { shortList } from "../../core/short-list.js";
import type { Io } from "../io.js";
import { printable } from "../terminal/printable.js";
import { styleFor } from "../terminal/style.js";
import type { ClusterOverview, FleetOverview } from "./fleet-overview.js";

const MOST_NAMES = 8;
const MOST_DIFFERENCES = 12;

/** The fleet for a terminal. */
export function fleetText(io: Io, overview: FleetOverview): string {
  const style = styleFor(io);
  const { clusters, tenants, findings, unseen } = overview;
  const read = tenants.filter(({ cluster }) => cluster !== null);
  const versions = counted(read.map(({ statistics }) => statistics?.versionText.split(" ")[0] ?? "unknown"));
  const bytes = read.reduce((sum, { statistics }) => sum + (statistics?.sizeBytes ?? 0), 0);
  const unchanged = tenants.filter((tenant) => tenant.unchanged).length;
  const lines = [
    style.bold(`${plural(tenants.length, "tenant")}, ${plural(clusters.length, "cluster")}`),
    `  PostgreSQL ${versions}; ${size(bytes)} together; ${unchanged} unchanged since the last time`,
    ...clusters.flatMap((cluster) => clusterLines(cluster, overview.comparedWith)),
    ...troubles(overview),
    ...findings.map(findingLine),
    ...unseen.map((what) => style.dim(`Not seen: ${printable(what)}`)),
  ];
  return `${lines.join("\n")}\n`;
}

function clusterLines(cluster: ClusterOverview, comparedWith: string): string[] {
  const { id, tenants, majority, differences } = cluster;
  const shown = differences.slice(0, MOST_DIFFERENCES).map(({ message }) => `    ${printable(message)}`);
  const rest = differences.length - MOST_DIFFERENCES;
  const drift =
    differences.length === 0 ? "" : `; ${plural(differences.length, "difference")} from the ${comparedWith}`;
  return [
    `  ${id}  ${majority ? "majority" : "outlier "}  ${plural(tenants.length, "tenant")}: ${names(tenants)}${drift}`,
    ...shown,
    ...(rest > 0 ? [`    and ${rest} more`] : []),
  ];
}

/** The differences are listed with the cluster; the finding says how serious they are, and for whom. */
function findingLine({ code, gate, severity, message, tenants = [] }: Finding): string {
  const what = code === "drift.several" ? message.slice(0, message.indexOf(":")) : message;
  const whose = gate !== "diverge" || tenants.length === 0 ? "" : `${names(tenants)}: `;
  return `${severity.padEnd(7)}  ${whose}${printable(what)}`;
}

function troubles({ tenants }: FleetOverview): string[] {
  return tenants.flatMap(({ tenant, statistics }) => [
    ...(statistics?.invalidIndexes ?? []).map(
      (name) => `warning  ${printable(tenant)}: index ${printable(name)} is invalid.`,
    ),
    ...(statistics?.unvalidatedConstraints ?? []).map(
      (name) => `note     ${printable(tenant)}: constraint ${printable(name)} is not validated.`,
    ),
  ]);
}

function names(tenants: readonly string[]): string {
  return shortList(
    tenants.map((tenant) => printable(tenant)),
    MOST_NAMES,
  );
}

function counted(values: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([value, count]) => `${printable(value)} (${count})`)
    .join(", ");
}

function size(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}
