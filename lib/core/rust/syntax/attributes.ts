import type { RustNode } from "./rust-node.js";

/** Whether a build contains the code: always, never (only tests do), or depending on how it is built. */
export type Presence = "yes" | "no" | "maybe";

/** What the attributes of a piece of code say about its presence. */
export function cfgOf(attributes: readonly RustNode[]): Presence {
  const all = attributes.map(presenceOf);
  if (all.includes("no")) return "no";
  return all.includes("maybe") ? "maybe" : "yes";
}

function presenceOf(attribute: RustNode): Presence {
  const text = attribute.text.replace(/\s+/g, "");
  if (/^#!?\[((tokio|async_std|actix_rt|sqlx)::)?(test|bench)\b/.test(text)) return "no";
  const cfg = /^#!?\[cfg\((.*)\)\]$/.exec(text)?.[1];
  if (cfg !== undefined) return truthOf(cfg);
  return /^#!?\[cfg_attr\(/.test(text) && /\bcfg\(|\bpath=/.test(text.slice(10)) ? "maybe" : "yes";
}

/** A release is not a test; everything else is up to the build. */
function truthOf(predicate: string): Presence {
  if (predicate === "test") return "no";
  if (predicate === "not(test)") return "yes";
  const all = /^all\((.*)\)$/.exec(predicate)?.[1];
  return all !== undefined && topLevel(all).includes("test") ? "no" : "maybe";
}

function topLevel(list: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = "";
  for (const char of list) {
    if (char === "(") depth++;
    if (char === ")") depth--;
    if (char === "," && depth === 0) {
      parts.push(part);
      part = "";
    } else part += char;
  }
  return [...parts, part];
}

/** Attributes that do not change the code that they are on. */
const HARMLESS =
  /^(allow|warn|deny|forbid|expect|doc|inline|cold|must_use|deprecated|track_caller|async_trait|instrument|rustfmt|clippy|derive|sea_orm|serde|strum|iden|repr|non_exhaustive|default|macro_export|macro_use|no_mangle|path|cfg|cfg_attr|diesel|sqlx|deploy_schema_migration|automatically_derived|allow_internal_unstable|enum_def|tokio|main|rustc_.*|recursion_limit|schemars|utoipa|graphql|seaography|ts|typeshare|error|from|source|display|educe|derivative|builder|getset|garde|validate|schema|concat_sql)$/;

/** False for the attribute of another crate's macro, which may turn the code under it into anything. */
export function attributesTold(attribute: RustNode): boolean {
  const path = attribute.child("attribute")?.children[0]?.text ?? "";
  return HARMLESS.test(path.split("::")[0] ?? "") || HARMLESS.test(path.split("::").at(-1) ?? "");
}
