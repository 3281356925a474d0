import { TRUSTED_EXTENSIONS } from "../../postgres/trusted-extensions.js";
import { as } from "../../sql/tree.js";
import { ALL_VERSIONS, type Rule } from "./rule.js";

export const createExtension: Rule = {
  id: "SG087",
  slug: "create-extension",
  title: "An extension that needs a superuser",
  condition: "CREATE EXTENSION of one that PostgreSQL does not mark as trusted; ALTER SYSTEM.",
  effect: "A role that may migrate is seldom allowed to: the migration fails on the tenants where it is not.",
  workaround: "Let the platform create it in every tenant (and in the template database) before the release.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "note",
  sized: false,
  nodes: ["CreateExtensionStmt", "AlterSystemStmt"],
  *check(statement) {
    const extension = as(statement.node, "CreateExtensionStmt")?.extname;
    if (extension !== undefined && TRUSTED_EXTENSIONS.has(extension)) return;
    const name = extension ?? "ALTER SYSTEM";
    yield {
      statement,
      subject: { kind: extension === undefined ? "statement" : "extension", name },
      message: `${name} needs a superuser (or what the database's host offers instead).`,
      remedy: {
        text: "Make sure that every tenant has it before the release.",
        ...(extension === undefined ? {} : { sql: "SELECT extname, extversion FROM pg_extension;" }),
      },
    };
  },
};
