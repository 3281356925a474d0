import { as } from "../../sql/tree.js";
import { ALL_VERSIONS, type Rule } from "./rule.js";

export const wideGrant: Rule = {
  id: "SG084",
  slug: "wide-grant",
  title: "A right for everybody",
  condition: "GRANT … TO PUBLIC on tables, sequences, schemas (other than USAGE) or databases.",
  effect: "Every role of the server, now and in future, has the right, in each tenant.",
  workaround: "Grant it to the role that needs it.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "warning",
  sized: false,
  nodes: ["GrantStmt"],
  *check(statement) {
    const grant = as(statement.node, "GrantStmt");
    if (
      !grant?.is_grant ||
      !["OBJECT_TABLE", "OBJECT_SEQUENCE", "OBJECT_SCHEMA", "OBJECT_DATABASE"].includes(grant.objtype ?? "")
    )
      return;
    const everybody = (grant.grantees ?? []).find((node) => as(node, "RoleSpec")?.roletype === "ROLESPEC_PUBLIC");
    const privileges = (grant.privileges ?? []).map((node) => as(node, "AccessPriv")?.priv_name ?? "all");
    const harmless = privileges.length > 0 && privileges.every((name) => ["usage", "connect"].includes(name));
    if (!everybody || harmless) return;
    const what = privileges.length > 0 ? privileges.join(", ").toUpperCase() : "ALL";
    yield {
      statement,
      location: as(everybody, "RoleSpec")?.location,
      subject: { kind: "grant", name: `${what} to PUBLIC` },
      message: `${what} goes to every role of the server, now and in future.`,
      remedy: { text: "Name the role that needs it." },
    };
  },
};
