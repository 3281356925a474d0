import type { Rule } from "./rule.js";
import { addNotNullColumn } from "./sg001-add-not-null-column.js";
import { setNotNull } from "./sg010-set-not-null.js";
import { setNotNullDropsItsProof } from "./sg011-set-not-null-drops-its-proof.js";

/** Every built-in rule, by id. */
export const RULES: readonly Rule[] = [addNotNullColumn, setNotNull, setNotNullDropsItsProof];
