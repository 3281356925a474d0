import { DatabaseError } from "../../ports/database.js";

/** What the driver throws, with the code of the server or of the system. */
export function databaseError(error: unknown): DatabaseError {
  if (error instanceof DatabaseError) return error;
  const fields = error as {
    message?: string;
    code?: string;
    detail?: string;
    errors?: { message?: string; code?: string }[];
  };
  const first = fields.errors?.[0];
  if (isWithoutPassword(fields.message))
    return new DatabaseError("the server asks for a password, and none is given", "PASSWORD", null, error);
  return new DatabaseError(
    fields.message || first?.message || String(error),
    fields.code ?? first?.code ?? (isCut(fields.message) ? "08006" : "UNKNOWN"),
    fields.detail ?? null,
    error,
  );
}

/** The driver asks its caller for a password in vain, and fails with a type check's message. */
function isWithoutPassword(message: string | undefined): boolean {
  return /client password must be a (non-empty )?string/.test(message ?? "");
}

/** The driver gives no code to a connection that ended during a statement. */
function isCut(message: string | undefined): boolean {
  return /^Connection terminated|not queryable|^timeout expired/.test(message ?? "");
}
