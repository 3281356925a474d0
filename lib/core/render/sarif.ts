import type { Finding, Severity } from "../finding.js";
import type { ClusterMatrix } from "../versions/matrix.js";
import { visibleLines } from "../visible.js";

/** What a report needs besides the findings. */
export interface RenderMeta {
  /** Version of schema-gate. */
  readonly version: string;
  /** What a code means, if that is written down. */
  readonly rules?: ReadonlyMap<string, RuleText>;
  /** What the release means for each version of the application, by cluster. */
  readonly queries?: readonly ClusterMatrix[];
}

export interface RuleText {
  readonly slug: string;
  readonly title: string;
  /** Two or three sentences. */
  readonly description: string;
  /** Address of its page. */
  readonly url?: string;
}

const LEVELS: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", note: "note" };

/** SARIF 2.1.0 (OASIS), for code scanning. A finding without a place in a file is reported as a logical location. */
export function renderSarif(findings: readonly Finding[], meta: RenderMeta): string {
  const codes = [...new Set(findings.map((finding) => finding.code))].sort();
  const log = {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "schema-gate",
            semanticVersion: meta.version,
            rules: codes.map((code) => rule(code, meta)),
          },
        },
        columnKind: "utf16CodeUnits",
        ...(meta.queries === undefined ? {} : { properties: { queries: meta.queries } }),
        results: findings.map((finding) => result(finding, codes.indexOf(finding.code))),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function rule(code: string, meta: RenderMeta) {
  const text = meta.rules?.get(code);
  if (!text) return { id: code };
  return {
    id: code,
    name: text.slug,
    shortDescription: { text: text.title },
    fullDescription: { text: text.description },
    ...(text.url === undefined ? {} : { helpUri: text.url }),
  };
}

function result(finding: Finding, ruleIndex: number) {
  return {
    ruleId: finding.code,
    ruleIndex,
    level: LEVELS[finding.severity],
    message: { text: messageText(finding) },
    locations: [location(finding)],
    partialFingerprints: { "schemaGate/v1": `${finding.code}:${finding.subject.kind}:${finding.subject.name}` },
    properties: {
      gate: finding.gate,
      subject: finding.subject,
      ...(finding.tenants ? { tenants: finding.tenants } : {}),
      ...(finding.unknown ? { unknown: true } : {}),
    },
  };
}

/** The first bracket of `[text](target)`, which SARIF (§3.11.6) reads as a link. */
const LINK = /\[(?=[^\]]*\]\()/g;

/** Message and remedy as one text; SARIF viewers show no other field. */
function messageText(finding: Finding): string {
  const { remedy } = finding;
  const parts = [finding.message, remedy?.text, remedy?.sql, remedy?.command];
  return visibleLines(parts.filter((part) => part !== undefined).join("\n")).replace(LINK, "\\$&");
}

function location(finding: Finding) {
  const { source, subject } = finding;
  if (!source) return { logicalLocations: [{ name: subject.name, kind: subject.kind }] };
  return {
    physicalLocation: {
      artifactLocation: { uri: fileUri(source.file) },
      region: {
        startLine: source.line,
        startColumn: source.column,
        ...(source.endLine === undefined ? {} : { endLine: source.endLine }),
        ...(source.endColumn === undefined ? {} : { endColumn: source.endColumn }),
      },
    },
    logicalLocations: [{ name: subject.name, kind: subject.kind }],
  };
}

function fileUri(file: string): string {
  const path = file.replaceAll("\\", "/").split("/").map(encodeURIComponent).join("/");
  return path.startsWith("/") ? `file://${path}` : path;
}
