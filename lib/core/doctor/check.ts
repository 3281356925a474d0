/** One thing that is checked before a run needs it. */
export interface Check {
  /** What was checked: `Node.js`, `db-1:5432`, `db-1:5432 clones`, … */
  readonly name: string;
  /** `error`: a run cannot pass. `warning`: it can, but knows or can do less. */
  readonly status: "ok" | "warning" | "error";
  readonly message: string;
  /** What it costs, when it is not as it should be. */
  readonly cost: string | null;
  /** What to do: a sentence, SQL or a command. */
  readonly remedy: string | null;
}

export function ok(name: string, message: string): Check {
  return { name, status: "ok", message, cost: null, remedy: null };
}

export function lacking(
  name: string,
  status: "warning" | "error",
  said: { readonly message: string; readonly cost: string; readonly remedy: string | null },
): Check {
  return { name, status, ...said };
}
