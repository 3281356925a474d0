import { canonicalPrivileges } from "../privileges.js";
import { inScope, notMember, ownerOf, source } from "./source.js";

const FIELDS = [
  "schema",
  "name",
  "signature",
  "kind",
  "owner",
  "acl",
  "language",
  "arguments",
  "returns",
  "definition",
] as const;
type Field = (typeof FIELDS)[number];

/** Functions, procedures and window functions; the definition includes body and settings. */
export const functions = source<Field>({
  tag: "function",
  select: (scope) => ({
    fields: {
      schema: "ns.name",
      name: "p.proname",
      signature: "pg_get_function_identity_arguments(p.oid)",
      kind: "p.prokind",
      owner: ownerOf("p.proowner"),
      acl: "p.proacl",
      language: "l.lanname",
      arguments: "pg_get_function_arguments(p.oid)",
      returns: "pg_get_function_result(p.oid)",
      definition: "pg_get_functiondef(p.oid)",
    },
    from: `from ns join pg_proc p on p.pronamespace = ns.oid and ${inScope(scope, "pg_proc", "p.oid")} and p.prokind <> 'a'
      join pg_language l on l.oid = p.prolang
      where ${notMember("pg_proc", "p.oid")}`,
  }),
  read(row, assembly) {
    const owner = row.text("owner");
    assembly.add({
      kind: "function",
      id: { schema: row.text("schema"), name: row.text("name"), signature: withoutIn(row.text("signature")) },
      definition: row.text("definition").replace(/^CREATE OR REPLACE PROCEDURE .*$/m, withoutIn),
      attributes: {
        kind: row.text("kind"),
        owner,
        privileges: canonicalPrivileges("function", owner, row.nullable("acl"), assembly.role),
        language: row.text("language"),
        arguments: withoutIn(row.nullable("arguments") ?? ""),
        returns: row.nullable("returns"),
      },
    });
  },
});

/** Since 14 the arguments of procedures are printed with the word IN, which means nothing. */
export function withoutIn(text: string): string {
  return text.replace(/(^|[(,] ?)IN /g, "$1");
}
