import { type ExtractResult, extract, plan } from "@supabase/pg-delta";
import { commandsOf } from "../../core/sql/split.js";
import type { Session } from "../../ports/database.js";
import type { CapturedSchema, SchemaDifference } from "../../ports/schema-difference.js";

type Pool = Parameters<typeof extract>[0];

/** pg-delta behind our port. Its output is never trusted: the dry run executes it and compares. */
export const schemaDifference: SchemaDifference = {
  async capture(session) {
    return { content: await extract(poolOf(session)) };
  },
  statements(from, to) {
    const facts = [...contentOf(from).factBase.facts(), ...contentOf(to).factBase.facts()];
    const roles = facts.flatMap(({ id }) => (id.kind === "role" && "name" in id ? [id.name] : []));
    const made = plan(contentOf(from).factBase, contentOf(to).factBase, {
      // Roles belong to the server: one that somebody made between two captures is not the release's to drop.
      scope: "database",
      assumedRoles: roles,
    });
    return made.actions.flatMap(({ sql }) => commandsOf(sql));
  },
};

function contentOf(captured: CapturedSchema): ExtractResult {
  return captured.content as ExtractResult;
}

/** The part of a connection pool that the extraction uses: one client, which is ours and stays open. */
function poolOf(session: Session): Pool {
  const client = {
    query: async (
      text: string | { readonly text: string; readonly values?: readonly unknown[] },
      values?: readonly unknown[],
    ) => {
      const [sql, bound] = typeof text === "string" ? [text, values] : [text.text, text.values];
      const rows = await session.query(sql, bound);
      return { rows, rowCount: rows.length };
    },
    on: () => client,
    off: () => client,
    once: () => client,
    removeListener: () => client,
    release: () => {},
  };
  return { connect: async () => client, query: client.query, end: async () => {} } as unknown as Pool;
}
