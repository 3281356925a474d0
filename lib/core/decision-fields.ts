import { z } from "zod";

/** Why somebody decided something: blanks do not count as a reason. */
export const reason = z.string().trim().min(1, "expected a reason");

/** Who decided it. */
export const decidedBy = z.string().trim().min(1, "expected a name").describe("who decided it");

/** Until when a decision holds. */
export const day = z.iso.date("expected a date such as 2026-12-31");
