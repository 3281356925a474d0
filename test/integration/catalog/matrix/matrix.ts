import { COLUMNS } from "./columns.js";
import { CONSTRAINTS } from "./constraints.js";
import type { MatrixEntry } from "./entry.js";
import { INDEXES } from "./indexes.js";
import { OTHERS } from "./others.js";
import { ROUTINES } from "./routines.js";
import { SEQUENCES_AND_VIEWS } from "./sequences-and-views.js";
import { TABLES } from "./tables.js";
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
  ...OTHERS,
];
