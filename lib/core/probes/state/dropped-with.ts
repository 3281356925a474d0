import type { Operation } from "../../operations/index.js";
import { homeSchema } from "../../operations/resolve.js";
import { addressDropped, columnAddress, defaultAddress, objectAddress } from "../support/catalog-address.js";
import type { Gone, ReleaseState } from "./release-state.js";

/** What an operation drops, and what no longer needs what it needed, so that nothing blocks dropping that any more. */
export function droppedWith(state: ReleaseState, operation: Operation): readonly Gone[] {
  const dropped = addressDropped(operation, state);
  if (dropped) return [{ sql: dropped.sql, reach: "cascade" in operation && operation.cascade ? "cascade" : "auto" }];
  switch (operation.kind) {
    case "set-default": {
      const table = state.table(operation.table);
      const column = table?.columns.find(({ name }) => name === operation.column)?.stood;
      return table?.origin && column ? [{ sql: defaultAddress(table.origin, column).sql, reach: "auto" }] : [];
    }
    case "alter-column-type": {
      const table = state.table(operation.table);
      const origin = table?.columns.find(({ name }) => name === operation.column)?.stood;
      const column = columnAddress(table?.origin, origin);
      return column ? [{ sql: column.sql, reach: "alone" }] : [];
    }
    case "create-object": {
      if (!operation.replace) return [];
      const ref = { schema: operation.name.schema ?? homeSchema(state.catalog), name: operation.name.name };
      const stood = state.objectBefore(ref);
      const object = stood && objectAddress(operation.objectKind, stood, operation.signature);
      return object ? [{ sql: object.sql, reach: "alone" }] : [];
    }
    default:
      return [];
  }
}
