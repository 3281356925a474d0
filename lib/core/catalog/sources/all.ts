import { columns } from "./columns.js";
import { constraints } from "./constraints.js";
import { functions } from "./functions.js";
import { home } from "./home.js";
import { indexes } from "./indexes.js";
import { relations } from "./relations.js";
import type { Source } from "./source.js";
import { types } from "./types.js";

/** Every source, in the order of reading: `home` first. */
export const SOURCES: readonly Source[] = [home, relations, columns, constraints, indexes, functions, types];
