import { COLUMNS } from "./columns.js";
import { CONSTRAINTS } from "./constraints.js";
import type { MatrixEntry } from "./entry.js";
import { FOREIGN_DATA } from "./foreign-data.js";
import { INDEXES } from "./indexes.js";
import { OPERATORS } from "./operators.js";
import { PRIVILEGES } from "./privileges.js";
import { REPLICATION } from "./replication.js";
import { ROUTINES } from "./routines.js";
import { SCHEMAS_AND_EXTENSIONS } from "./schemas-and-extensions.js";
import { SEQUENCES_AND_VIEWS } from "./sequences-and-views.js";
import { TABLES } from "./tables.js";
import { TEXT_SEARCH } from "./text-search.js";
import { TRIGGERS } from "./triggers.js";
import { TYPES } from "./types.js";

/** Every kind of object: created, dropped, and altered attribute by attribute. */
export const MATRIX: readonly MatrixEntry[] = [
  ...TABLES,
  ...COLUMNS,
  ...CONSTRAINTS,
  ...INDEXES,
  ...SEQUENCES_AND_VIEWS,
  ...ROUTINES,
  ...TRIGGERS,
  ...TYPES,
  ...SCHEMAS_AND_EXTENSIONS,
  ...PRIVILEGES,
  ...REPLICATION,
  ...OPERATORS,
  ...TEXT_SEARCH,
  ...FOREIGN_DATA,
];
