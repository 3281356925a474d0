import { plural } from "../plural.js";
import { shortList } from "../short-list.js";
import { type ClusterMatrix, rowText, type VersionRow, versionName, type WaveAdvice } from "./matrix.js";

/** Clusters for which the release means the same. */
interface SameMatrix {
  readonly clusters: readonly string[];
  readonly rows: readonly VersionRow[];
  readonly advice: WaveAdvice;
}

/** In order of appearance; those with the same counts together. */
export function sameMatrices(all: readonly ClusterMatrix[]): readonly SameMatrix[] {
  const said = new Map<string, SameMatrix & { readonly clusters: string[] }>();
  for (const { cluster, rows, advice } of all) {
    const key = JSON.stringify(rows);
    const known = said.get(key) ?? { clusters: [], rows, advice };
    known.clusters.push(cluster);
    said.set(key, known);
  }
  return [...said.values()];
}

const HEAD = ["version", "before", "after"] as const;
const MOST_CLUSTERS = 5;

/** The matrix as lines of a table, with the meaning of each part below it. */
export function matrixLines(all: readonly ClusterMatrix[]): readonly string[] {
  const parts = sameMatrices(all);
  return parts.flatMap(({ clusters, rows, advice }) => {
    const table = [HEAD, ...rows.map((row) => [versionName(row), beforeText(row), afterText(row)] as const)];
    const width = (at: 0 | 1) => Math.max(...table.map((cells) => cells[at].length));
    const head = parts.length > 1 ? [clusterText(clusters)] : [];
    const lines = table.map(
      ([name, before, after]) => `${name.padEnd(width(0))}  ${before.padEnd(width(1))}  ${after}`,
    );
    return [...head, ...lines, `${rows.map(rowText).join("; ")}.`, advice.text];
  });
}

function clusterText(clusters: readonly string[]): string {
  return `${clusters.length === 1 ? "cluster" : "clusters"} ${shortList(clusters, MOST_CLUSTERS)}`;
}

export function beforeText({ queries, needs }: VersionRow): string {
  if (queries === 0) return "nothing examined";
  return needs === 0 ? "works" : `${plural(needs, "query", "queries")} not yet`;
}

export function afterText({ queries, breaks, retyped, slower }: VersionRow): string {
  if (queries === 0) return "nothing examined";
  const parts = [
    breaks > 0 ? `${plural(breaks, "query", "queries")} ${breaks === 1 ? "breaks" : "break"}` : "works",
    ...(retyped > 0 ? [`${retyped} with other columns`] : []),
    ...(slower > 0 ? [`${slower} slower`] : []),
  ];
  return parts.join(", ");
}
