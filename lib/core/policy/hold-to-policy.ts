import { namesOf } from "../approval/person.js";
import type { Config } from "../config/config.js";
import type { Finding, Severity } from "../finding.js";
import type { StackPolicy } from "./stack-policy.js";

/** What the stack names itself, so that a pack's own is ignored. */
export interface StackSources {
  readonly registry: boolean;
  readonly staging: boolean;
}

export interface HeldConfig {
  /** The config in force: nothing in it is weaker than the policy, and it refers to nothing that the stack does not name. */
  readonly config: Config;
  /** What the pack asked for and does not get. An error: the run cannot continue without it. */
  readonly findings: readonly Finding[];
}

/** A pack's config under the stack's policy. In each case the stricter side counts. */
export function holdToPolicy(config: Config, policy: StackPolicy, sources: StackSources): HeldConfig {
  const { approval, thresholds, connection, staging, registry } = config;
  const { slack: _, email: __, origin: ___, ...asked } = approval;
  const { password, superuser, ...login } = connection;
  const { url: server, uncontained, ...place } = staging;
  const reasons = policy.superuser !== undefined;
  const { query: ____, ...listed } = registry;
  const origin = originOf(approval.origin, policy);
  const lower = (line: keyof StackPolicy["thresholds"]) => Math.min(thresholds[line], policy.thresholds[line]);
  const held: Config = {
    ...config,
    thresholds: { ask: lower("ask"), quorum: lower("quorum"), block: lower("block") },
    approval: {
      ...asked,
      approvers: policy.approvers,
      quorum: Math.max(approval.quorum, policy.quorum),
      ...(origin === undefined ? {} : { origin }),
    },
    connection: {
      ...login,
      ...(password?.startsWith("secret:") ? { password } : {}),
      ...(superuser !== undefined && reasons ? { superuser: `${superuser} (the stack: ${policy.superuser})` } : {}),
    },
    staging: {
      ...place,
      ...(server !== undefined && named(server, policy) ? { url: server } : {}),
      ...(uncontained !== undefined && reasons ? { uncontained } : {}),
    },
    extensions: reasons ? config.extensions : [],
    registry: registry.query === undefined || named(registry.query.url, policy) ? registry : listed,
  };
  return { config: held, findings: [...weaker(config, policy), ...elsewhere(config, policy, sources)] };
}

/** `secret:NAME` or `secret:NAME#field`, by the name or the ARN that the stack gives. */
function named(reference: string, { secrets }: StackPolicy): boolean {
  const [, id = ""] = /^secret:([^#]+)(#.*)?$/.exec(reference) ?? [];
  return secrets.includes(id);
}

function originOf(wanted: string | undefined, { origins }: StackPolicy): string | undefined {
  return wanted !== undefined && origins.includes(wanted) ? wanted : origins[0];
}

function weaker({ thresholds, approval }: Config, policy: StackPolicy): readonly Finding[] {
  const found: Finding[] = [];
  const known = new Set(policy.approvers.flatMap((person) => [...namesOf(person)]));
  for (const person of approval.approvers)
    if (![...namesOf(person)].every((name) => known.has(name)))
      found.push(
        finding("policy.approver", "warning", { kind: "approver", name: person.id }, [
          `The pack names ${person.id} as an approver, as the stack does not. The stack's approvers are asked.`,
          "Add the person, with these names, to the policy of the stack.",
        ]),
      );
  for (const line of ["ask", "quorum", "block"] as const)
    if (thresholds[line] > policy.thresholds[line])
      found.push(
        finding("policy.threshold", "note", setting(`thresholds.${line}`), [
          `The pack has thresholds.${line} at ${thresholds[line]}. The stack's ${policy.thresholds[line]} counts.`,
          "Change the policy of the stack if releases may carry more risk.",
        ]),
      );
  if (approval.quorum < policy.quorum)
    found.push(
      finding("policy.quorum", "note", setting("approval.quorum"), [
        `The pack asks for a quorum of ${approval.quorum}. The stack's ${policy.quorum} counts.`,
        "Change the policy of the stack if fewer people are enough.",
      ]),
    );
  return found;
}

function elsewhere(config: Config, policy: StackPolicy, sources: StackSources): readonly Finding[] {
  const { approval, connection, staging, registry } = config;
  const found: Finding[] = [];
  if (approval.origin !== undefined && !policy.origins.includes(approval.origin))
    found.push(
      finding("policy.origin", "warning", setting("approval.origin"), [
        `The pack wants links to ${approval.origin}, which is not an origin of the stack. Links lead to the stack's page.`,
        "Add the origin to the policy of the stack if the page is reached there.",
      ]),
    );
  for (const channel of ["slack", "email"] as const)
    if (approval[channel] !== undefined)
      found.push(
        finding("policy.channel", "note", setting(`approval.${channel}`), [
          `The pack's approval.${channel} is not used. The stack says how approvers are asked.`,
          "Set the stack's slackSecret, or the approvers' addresses in its policy.",
        ]),
      );
  for (const [key, reason] of [
    ["connection.superuser", connection.superuser],
    ["staging.uncontained", staging.uncontained],
    ["extensions", config.extensions.at(0)?.reason],
  ] as const)
    if (reason !== undefined && policy.superuser === undefined)
      found.push(
        finding("policy.superuser", "warning", setting(key), [
          `The pack's ${key} is not followed: the policy of the stack lets no release run as a superuser.`,
          "Sign in as a role that is not a superuser; or say in the policy's superuser why releases of this stack may run as one.",
        ]),
      );
  if (connection.password !== undefined && !connection.password.startsWith("secret:"))
    found.push(unnamed("connection.password", "note"));
  const { query } = registry;
  if (query !== undefined && !sources.registry && !named(query.url, policy))
    found.push(unnamed("registry.query.url", "error"));
  if (staging.url !== undefined && !sources.staging && !named(staging.url, policy))
    found.push(unnamed("staging.url", staging.mode === "server" ? "error" : "note"));
  return found;
}

/** The reference is not repeated: whoever wrote it by mistake may have written a secret. */
function unnamed(key: string, severity: Severity): Finding {
  return finding("policy.secret", severity, setting(key), [
    `The pack's ${key} is not followed: it names no secret that the stack lets packs use.`,
    "Name a secret of Secrets Manager, and list it under the policy's secrets in the stack.",
  ]);
}

function setting(name: string): Finding["subject"] {
  return { kind: "setting", name };
}

function finding(
  code: PolicyCode,
  severity: Severity,
  subject: Finding["subject"],
  [message, remedy]: readonly [string, string],
): Finding {
  return { code, gate: "load", severity, subject, message, remedy: { text: remedy } };
}

type PolicyCode =
  | "policy.approver"
  | "policy.threshold"
  | "policy.quorum"
  | "policy.origin"
  | "policy.channel"
  | "policy.secret"
  | "policy.superuser";
