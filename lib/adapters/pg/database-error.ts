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
  const code = fields.code ?? first?.code ?? (isCut(fields.message) ? "08006" : "UNKNOWN");
  return new DatabaseError(
    SYSTEM[code] || fields.message || first?.message || String(error),
    code,
    fields.detail ?? null,
    error,
  );
}

/** What the system's codes say; the server was not reached, so it has no words of its own. */
const SYSTEM: Readonly<Record<string, string>> = {
  ECONNREFUSED: "no server listens on that host and port",
  ENOTFOUND: "there is no host of that name",
  EAI_AGAIN: "the name of the host cannot be looked up at the moment",
  ETIMEDOUT: "the host does not answer",
  EHOSTUNREACH: "there is no route to the host",
  ENETUNREACH: "there is no route to the host's network",
};

/** The driver asks its caller for a password in vain, and fails with a type check's message. */
function isWithoutPassword(message: string | undefined): boolean {
  return /client password must be a (non-empty )?string/.test(message ?? "");
}

/** The driver gives no code to a connection that ended during a statement. */
function isCut(message: string | undefined): boolean {
  return /^Connection terminated|not queryable|^timeout expired/.test(message ?? "");
}
