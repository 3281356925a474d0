import type { Cell } from "./place.js";
import type { Value } from "./value.js";

/** The variables of a block and of the blocks around it. */
export class Scope {
  private readonly variables = new Map<string, Cell>();

  constructor(
    private readonly outer: Scope | null,
    /** Makes the cell of a variable. */
    private readonly cell: (value: Value, mutable: boolean) => Cell,
  ) {}

  find(name: string): Cell | null {
    return this.variables.get(name) ?? this.outer?.find(name) ?? null;
  }

  declare(name: string, value: Value, mutable = false): void {
    this.variables.set(name, this.cell(value, mutable));
  }

  /** What code that runs later sees: the present variables, and none declared afterwards under the same name. */
  seen(): Scope {
    const same = new Scope(this.outer?.seen() ?? null, this.cell);
    for (const [name, cell] of this.variables) same.variables.set(name, cell);
    return same;
  }

  /** What a `move` closure keeps: the variables as they are now; later changes on either side do not affect the other. */
  moved(): Scope {
    const copy = new Scope(this.outer?.moved() ?? null, this.cell);
    for (const [name, cell] of this.variables) copy.variables.set(name, cell.copy());
    return copy;
  }
}
