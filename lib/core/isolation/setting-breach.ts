import { SOME_VALUE } from "./format-template.js";
import type { Breach, IsolationScope } from "./scope.js";
import type { SettingChange } from "./settings.js";

/** Whether a change to a setting leads out of the tenant, or removes a limit; null when it does neither. */
export function judgeSetting(change: SettingChange, scope: IsolationScope): Breach | null {
  const { name } = change;
  if (change.later) return timeoutToCome(change, scope);
  if (name === null || name === SOME_VALUE) return unknownSetting();
  if (name === "all")
    return scope.schemaTenants
      ? path("It resets every setting, the search_path among them")
      : unlimited("every timeout", scope);
  if (name === "search_path") return scope.schemaTenants ? searchPath(change, scope) : null;
  if (name === "session_authorization") return scope.schemaTenants || change.values !== null ? role(name) : null;
  if (name === "role") return scope.schemaTenants ? role(name) : null;
  if (name === "track_counts") return scope.schemaTenants ? counts() : null;
  return reading(change) ?? timeout(change, scope);
}

/** These counts tell, before the commit, what a part that was rolled back has read (`readingInside`). */
function counts(): Breach {
  return {
    code: "isolation.reading",
    message: "It changes track_counts, which the rollout needs to see what the release reads of other tenants.",
    remedy: "Leave it out.",
  };
}

/** How the server reads a text: with other settings it may contain a different statement than the one that was read here. */
const READ_AS: Readonly<Record<string, RegExp>> = {
  standard_conforming_strings: /^(on|true|yes|1)$/i,
  backslash_quote: /^(off|false|no|0|safe_encoding)$/i,
  client_encoding: /^(utf-?8|unicode)$/i,
};

function reading({ name, values }: SettingChange): Breach | null {
  const allowed = READ_AS[name ?? ""];
  if (!allowed || values?.every((value) => allowed.test(value))) return null;
  return {
    code: "isolation.reading",
    message: `It changes ${name}, by which the server reads the statements after it: they would not be the ones that were examined.`,
    remedy: "Leave it out, and write strings as standard SQL in UTF-8.",
  };
}

function unknownSetting(): Breach {
  return {
    code: "isolation.unreadable",
    message:
      "It changes a setting whose name only the run tells: the search_path, the role or a timeout may be among them.",
    remedy: "Write the setting's name as it is.",
    unknown: true,
  };
}

function searchPath({ values, ofFunction }: SettingChange, { own, shared }: IsolationScope): Breach | null {
  if (!ofFunction) return path("It changes the search_path, which is the tenant's");
  if (values === null) return null;
  const free = new Set(["", "pg_catalog", "pg_temp", "information_schema", ...shared, ...(own === null ? [] : [own])]);
  const outside = values?.find((each) => !free.has(each));
  return values && outside === undefined
    ? null
    : path(`It fixes a search_path with the schema ${outside ?? ""}, whoever calls the function`);
}

function path(what: string): Breach {
  return {
    code: "isolation.search-path",
    message: `${what}: the names behind it would mean another schema than the tenant's own.`,
    remedy:
      "Leave it out, as the rollout sets the search_path of each tenant; a function may take it over with SET search_path FROM CURRENT.",
  };
}

function role(name: string): Breach {
  return {
    code: "isolation.role",
    message: `It changes the ${name.replace("_", " ")}: who may do what would no longer be what was approved.`,
    remedy: "Leave it out; the connection's role is the registry's business.",
  };
}

const TIMEOUTS = { lock_timeout: "lockTimeout", statement_timeout: "statementTimeout" } as const;
const UNITS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };

function timeout({ name, values, ofFunction }: SettingChange, scope: IsolationScope): Breach | null {
  if (name !== "lock_timeout" && name !== "statement_timeout") return null;
  const limit = scope.limits[TIMEOUTS[name]];
  if (limit === 0 || (ofFunction && values === null)) return null;
  const wanted = millisecondsOf(values);
  return wanted !== null && wanted > 0 && wanted <= limit ? null : unlimited(name, scope);
}

/** Null for what is no length of time. PostgreSQL rounds to whole milliseconds, so that less than half of one is 0: no limit. */
function millisecondsOf(values: SettingChange["values"]): number | null {
  const [, number, unit] = /^\s*(\d+(?:\.\d+)?)\s*(us|ms|s|min|h|d)?\s*$/.exec(values?.[0] ?? "") ?? [];
  return number === undefined ? null : Math.floor(Number(number) * (UNITS[unit ?? "ms"] ?? 1));
}

/** How long a limit of sessions to come is, is not the rollout's, whose sessions have their own; that there is one is. */
function timeoutToCome({ name, values }: SettingChange, { limits }: IsolationScope): Breach | null {
  if (name !== "lock_timeout" && name !== "statement_timeout") return null;
  if (limits[TIMEOUTS[name]] === 0 || values === null || (millisecondsOf(values) ?? 0) > 0) return null;
  return {
    code: "isolation.timeout",
    message: `It takes ${name} away from sessions to come, those of the next rollout among them: a release may not remove limits.`,
    remedy: "Leave it out, or set a limit.",
  };
}

function unlimited(name: string, { limits }: IsolationScope): Breach | null {
  if (limits.lockTimeout === 0 && limits.statementTimeout === 0) return null;
  const limit = name === "statement_timeout" ? limits.statementTimeout : limits.lockTimeout;
  return {
    code: "isolation.timeout",
    message: `It takes away ${name}, or sets it above the ${limit} ms of the config: a release may not remove the limits of a rollout.`,
    remedy:
      "Leave it out, or raise rollout.lockTimeout or rollout.statementTimeout in the config, where an approver sees it.",
  };
}
