import type { AlterDefaultPrivilegesStmt, GrantRoleStmt, GrantStmt, Node } from "libpg-query";
import { deparse } from "../../sql/deparse.js";
import { objectOf } from "./names.js";
import { wordOf } from "./object-kinds.js";
import type { Draft } from "./reader.js";

export function readGrant(tree: GrantStmt): readonly Draft[] {
  const scope = tree.targtype === "ACL_TARGET_ALL_IN_SCHEMA" ? "schema" : "objects";
  return [grant(tree, scope)];
}

export function readDefaultPrivileges(tree: AlterDefaultPrivilegesStmt): readonly Draft[] {
  return tree.action ? [grant(tree.action, "defaults")] : [];
}

export function readGrantRole(tree: GrantRoleStmt): readonly Draft[] {
  return [
    {
      kind: "grant",
      change: tree.is_grant ? "grant" : "revoke",
      scope: "role",
      objectKind: "",
      names: [],
      privileges: (tree.granted_roles ?? []).map(privilege),
      grantees: (tree.grantee_roles ?? []).map((node) => deparse(node)),
    },
  ];
}

function grant(tree: GrantStmt, scope: "objects" | "schema" | "defaults"): Draft {
  return {
    kind: "grant",
    change: tree.is_grant ? "grant" : "revoke",
    scope,
    objectKind: wordOf(tree.objtype),
    names: (tree.objects ?? []).map((node) => objectOf(node, tree.objtype ?? "").name),
    privileges: tree.privileges ? tree.privileges.map(privilege) : ["all"],
    grantees: (tree.grantees ?? []).map((node) => deparse(node)),
  };
}

function privilege(node: Node): string {
  return "AccessPriv" in node ? (node.AccessPriv.priv_name ?? "all") : deparse(node);
}
