import { as, strings } from "../../sql/tree.js";
import { ALL_VERSIONS, type Rule } from "./rule.js";

export const securityDefiner: Rule = {
  id: "SG085",
  slug: "security-definer",
  title: "A SECURITY DEFINER function without its own search_path",
  condition: "CREATE FUNCTION or PROCEDURE … SECURITY DEFINER without SET search_path.",
  effect:
    "It runs with its owner's rights and finds tables and operators along the caller's search_path: whoever can create a schema there can make it run their code.",
  workaround: "SET search_path = pg_catalog, and the schemas that it needs, with pg_temp last.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "warning",
  sized: false,
  nodes: ["CreateFunctionStmt"],
  *check(statement) {
    const create = as(statement.node, "CreateFunctionStmt");
    const options = (create?.options ?? []).flatMap((node) => as(node, "DefElem") ?? []);
    const definer = options.find((item) => item.defname === "security" && as(item.arg, "Boolean")?.boolval);
    const paths = options.some(
      (item) => item.defname === "set" && as(item.arg, "VariableSetStmt")?.name?.toLowerCase() === "search_path",
    );
    if (!definer || paths) return;
    const name = strings(create?.funcname).join(".");
    yield {
      statement,
      location: definer.location,
      subject: { kind: "function", name },
      message: `${name} runs with its owner's rights and looks names up along the caller's search_path.`,
      remedy: { text: "Fix its search_path.", sql: "SET search_path = pg_catalog, public, pg_temp" },
    };
  },
};
