import type { RewriteKind } from "../kind.js";
import { addCheck } from "./add-check.js";
import { addColumn } from "./add-column.js";
import { addDomainConstraint } from "./add-domain-constraint.js";
import { addForeignKey } from "./add-foreign-key.js";
import { addNumberedColumn } from "./add-numbered-column.js";
import { addPrimaryKey } from "./add-primary-key.js";
import { addUnique } from "./add-unique.js";
import { attachPartition } from "./attach-partition.js";
import { becomePartitioned } from "./become-partitioned.js";
import { bulkWrite } from "./bulk-write.js";
import { changeEnum } from "./change-enum.js";
import { changeType } from "./change-type.js";
import { createIndex } from "./create-index.js";
import { defaultOfType } from "./default-of-type.js";
import { detachPartition } from "./detach-partition.js";
import { dropColumn } from "./drop-column.js";
import { dropIndex } from "./drop-index.js";
import { dropTable } from "./drop-table.js";
import { reindex } from "./reindex.js";
import { renameColumn } from "./rename-column.js";
import { renameTable } from "./rename-table.js";
import { replaceConstraint } from "./replace-constraint.js";
import { replaceIndex } from "./replace-index.js";
import { setNotNull } from "./set-not-null.js";

/** Every kind of rewrite, one file of this folder each. Written by scripts/rewrite-index.mjs. */
export const REWRITE_KINDS: readonly RewriteKind[] = [
  addCheck,
  addColumn,
  addDomainConstraint,
  addForeignKey,
  addNumberedColumn,
  addPrimaryKey,
  addUnique,
  attachPartition,
  becomePartitioned,
  bulkWrite,
  changeEnum,
  changeType,
  createIndex,
  defaultOfType,
  detachPartition,
  dropColumn,
  dropIndex,
  dropTable,
  reindex,
  renameColumn,
  renameTable,
  replaceConstraint,
  replaceIndex,
  setNotNull,
];
