import { notMember, ownerOf, source } from "./source.js";

export const eventTriggers = source<"name" | "owner" | "event" | "tags" | "function" | "enabled">({
  tag: "event trigger",
  rare: { catalogs: [3466], emptyAtFirst: true },
  select: ({ tenantSchema }) =>
    tenantSchema === null
      ? {
          fields: {
            name: "e.evtname",
            owner: ownerOf("e.evtowner"),
            event: "e.evtevent",
            tags: "e.evttags",
            function: "e.evtfoid::regproc::text",
            enabled: "e.evtenabled",
          },
          from: `from pg_event_trigger e where ${notMember("pg_event_trigger", "e.oid")}`,
        }
      : null,
  read(row, assembly) {
    assembly.add({
      kind: "event trigger",
      id: { name: row.text("name") },
      definition: null,
      attributes: {
        owner: row.text("owner"),
        event: row.text("event"),
        tags: row.list("tags").sort(),
        function: row.text("function"),
        enabled: row.text("enabled"),
      },
    });
  },
});
