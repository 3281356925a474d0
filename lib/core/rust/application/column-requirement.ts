import type { ColumnRequirement } from "../../contract/contract.js";
import type { RustNode } from "../syntax/rust-node.js";

export function columnRequirement(
  schema: string | null,
  table: string,
  column: string,
  type: string | null,
  nullable: boolean,
  node: RustNode,
): ColumnRequirement {
  const name = { schema, name: table };
  return { kind: "column", when: "after", source: node.span, table: name, column, type, nullable, present: true };
}
