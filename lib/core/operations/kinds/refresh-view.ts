import { LOCKS } from "../../postgres/locks.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { exact, NOTHING, sqlName } from "../../undo/inverses.js";
import { effects, lock } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";
import { resolveTable } from "../resolve.js";

export interface RefreshView extends OperationData {
  readonly kind: "refresh-view";
  readonly view: QualifiedName;
  readonly concurrently: boolean;
  /** False with NO DATA: readers get an error from then on. */
  readonly fills: boolean;
}

export const refreshView: OperationType<RefreshView> = {
  kind: "refresh-view",
  changes: ["tables"],
  evaluates: true,
  effects(operation, before) {
    const view = resolveTable(operation.view, before);
    return effects([
      lock(
        view,
        operation.concurrently ? LOCKS["refresh materialized view concurrently"] : LOCKS["refresh materialized view"],
      ),
    ]);
  },
  /** A materialized view holds nothing that its query would not return again; only whether it is filled may change. */
  inverse({ view: name, fills }, before) {
    const view = resolveTable(name, before);
    const was = before.get("materialized view", view);
    if (!was || fills === !("unfilled" in was)) return NOTHING;
    return exact(`REFRESH MATERIALIZED VIEW ${sqlName(view)}${fills ? " WITH NO DATA" : ""}`);
  },
  requirements() {
    return [];
  },
};
