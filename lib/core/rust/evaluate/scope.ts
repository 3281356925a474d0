import type { Value } from "./value.js";

/** The variables of a block and of the blocks around it. */
export class Scope {
  private readonly variables = new Map<string, Value>();

  constructor(
    private readonly outer: Scope | null = null,
    /** How many undecided branches were open when it was made. */
    readonly depth = 0,
  ) {}

  get(name: string): Value | undefined {
    return this.variables.get(name) ?? this.outer?.get(name);
  }

  declare(name: string, value: Value): void {
    this.variables.set(name, value);
  }

  /** Gives a variable another value where it was declared. Returns that scope, or null when there is no such variable. */
  assign(name: string, value: Value): Scope | null {
    if (!this.variables.has(name)) return this.outer?.assign(name, value) ?? null;
    this.variables.set(name, value);
    return this;
  }

  owner(name: string): Scope | null {
    return this.variables.has(name) ? this : (this.outer?.owner(name) ?? null);
  }
}
