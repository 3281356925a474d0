import { source } from "./source.js";

const FIELDS = ["schema", "table", "name", "command", "permissive", "roles", "using", "check"] as const;
type Field = (typeof FIELDS)[number];

/** Row security policies. */
export const policies = source<Field>({
  tag: "policy",
  select: () => ({
    fields: {
      schema: "r.schema",
      table: "r.relname",
      name: "p.polname",
      command: "p.polcmd",
      permissive: "p.polpermissive",
      roles: "array(select case when x = 0 then 'public' else pg_get_userbyid(x) end from unnest(p.polroles) x)",
      using: "pg_get_expr(p.polqual, p.polrelid)",
      check: "pg_get_expr(p.polwithcheck, p.polrelid)",
    },
    from: "from rel r join pg_policy p on p.polrelid = r.oid",
  }),
  read(row, assembly) {
    assembly.add({
      kind: "policy",
      id: { schema: row.text("schema"), table: row.text("table"), name: row.text("name") },
      definition: null,
      attributes: {
        command: COMMANDS[row.text("command")] ?? row.text("command"),
        permissive: row.flag("permissive"),
        roles: row.list("roles").map(assembly.role).sort(),
        using: row.nullable("using"),
        check: row.nullable("check"),
      },
    });
  },
});

const COMMANDS: Readonly<Record<string, string>> = {
  "*": "ALL",
  r: "SELECT",
  a: "INSERT",
  w: "UPDATE",
  d: "DELETE",
};
