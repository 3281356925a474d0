import { commandsOf } from "../../sql/split.js";
import type { CatalogObject } from "../catalog.js";
import type { Difference, RawDifference } from "../compare.js";
import type { CatalogIndex } from "../lookup.js";
import { sameTable } from "../tables.js";
import { create } from "./create.js";
import { drop } from "./drop.js";
import { withHomeOwner } from "./home-owner.js";
import { rankOf } from "./rank.js";
import { keyOf, Uses } from "./uses.js";

/** One part of the repairs: what goes, then what is created or altered, then what can only go once the others no longer use it. */
interface Step {
  readonly phase: "take" | "make" | "after";
  readonly object: CatalogObject;
  readonly rank: number;
  readonly statements: readonly string[];
}

export type Repairable = RawDifference & Pick<Difference, "repair">;

/** Created again as declared when something that they use is: they hold no rows of their own. */
const MADE_AGAIN: ReadonlySet<string> = new Set([
  "view",
  "materialized view",
  "trigger",
  "policy",
  "rule",
  "function",
  "operator",
  "cast",
]);

/** The repairs of a comparison in an order in which they run. */
export class RepairPlan {
  private readonly is: Uses;
  private readonly should: Uses;
  private readonly steps: Step[] = [];
  private readonly changed: ReadonlySet<string>;

  constructor(
    private readonly actual: CatalogIndex,
    private readonly declared: CatalogIndex,
    private readonly differences: readonly Repairable[],
  ) {
    this.is = new Uses(actual);
    this.should = new Uses(declared);
    this.changed = new Set(differences.filter(({ change }) => change === "changed").map(keyOf));
  }

  statements(): readonly string[] {
    for (const difference of this.differences) this.add(difference);
    this.takeAlong();
    const ordered = [
      ...inOrder(this.in("take"), (steps) => usersOf(steps, this.is)),
      ...inOrder(this.in("make"), (steps) => usedBy(steps, this.should)),
      ...inOrder(this.in("after"), (steps) => usersOf(steps, this.is)),
    ];
    return [...new Set(ordered.flatMap(({ statements }) => statements))];
  }

  private in(phase: Step["phase"]): readonly Step[] {
    return this.steps.filter((step) => step.phase === phase).sort((a, b) => a.rank - b.rank);
  }

  private add(difference: Repairable): void {
    const { change, kind, id, repair } = difference;
    if (repair === null || repair === "") return;
    const is = this.actual.get(kind, id);
    const should = this.declared.get(kind, id);
    const statements = piecesOf(repair);
    const rank = rankOf(difference);
    const [first = "", ...rest] = statements;
    if (change === "unexpected" && is) {
      const phase = this.isHeld(is) ? "after" : "take";
      this.steps.push({ phase, object: is, rank, statements }, ...this.foreignKeysAway(is));
      return;
    }
    if (!should) return;
    if (isTaking(first)) {
      this.steps.push({ phase: "take", object: is ?? should, rank: -rank, statements: [first] });
      this.steps.push({ phase: "make", object: should, rank, statements: rest });
      return;
    }
    const keys = should.kind === "table" && change === "missing" ? this.foreignKeysOf(should) : [];
    const later = new Set(keys.flatMap((key) => key.statements));
    this.steps.push(
      { phase: "make", object: should, rank, statements: statements.filter((each) => !later.has(each)) },
      ...keys,
    );
  }

  /** Foreign keys of a table that is created; they may point at one that is created after it. */
  private foreignKeysOf(table: CatalogObject): readonly Step[] {
    const ref = { schema: table.id.schema ?? "", name: table.id.name };
    return this.declared
      .constraints(ref)
      .filter(({ attributes }) => attributes.type === "f")
      .map((object) => ({
        phase: "make",
        object,
        rank: LAST,
        statements: this.written(create(object, this.declared)) ?? [],
      }));
  }

  /** Tables that are dropped together may point at each other in a circle. */
  private foreignKeysAway(table: CatalogObject): readonly Step[] {
    if (table.kind !== "table") return [];
    const ref = { schema: table.id.schema ?? "", name: table.id.name };
    return this.actual.constraints(ref).flatMap((object): readonly Step[] => {
      const { references } = object.attributes;
      const target = references && { schema: references.schema, name: references.table };
      const goes = target !== null && !sameTable(target, ref) && this.declared.table(target) === undefined;
      const statements = goes ? this.written(drop(object)) : null;
      return statements === null ? [] : [{ phase: "take", object, rank: -LAST, statements }];
    });
  }

  /** Whether something that stays uses it now and is about to be altered. */
  private isHeld(object: CatalogObject): boolean {
    return this.is.users(object).some((user) => this.changed.has(keyOf(user)));
  }

  /** What uses something that is taken away, or a column whose type changes, is taken away first and created again as declared. */
  private takeAlong(): void {
    const taken = new Set(this.in("take").map(({ object }) => keyOf(object)));
    const retyped = this.differences.flatMap(({ kind, attribute, id, repair }) => {
      const column = kind === "column" && attribute === "type" && repair ? this.actual.get(kind, id) : undefined;
      return column ? [column] : [];
    });
    for (const gone of [...this.in("take").map(({ object }) => object), ...retyped]) this.takeUsersOf(gone, taken);
  }

  private takeUsersOf(gone: CatalogObject, taken: Set<string>): void {
    for (const user of this.is.users(gone, true)) {
      if (taken.has(keyOf(user)) || !isMadeAgain(user)) continue;
      const should = this.declared.get(user.kind, user.id);
      const away = this.written(drop(user, true));
      const again = should && this.written(create(should, this.declared));
      if (!should || !away || !again) continue;
      taken.add(keyOf(user));
      const rank = rankOf({ ...user, change: "missing", actual: null, declared: null });
      this.steps.push({ phase: "take", object: user, rank: -rank, statements: away });
      this.steps.push({ phase: "make", object: should, rank, statements: again });
      this.takeUsersOf(user, taken);
    }
  }

  private written(statements: readonly string[] | null): readonly string[] | null {
    return statements === null ? null : statements.map((each) => `${withHomeOwner(each, this.declared)};`);
  }
}

/** After everything else that is created. */
const LAST = 1000;

export function isMadeAgain({ kind, attributes }: CatalogObject): boolean {
  return MADE_AGAIN.has(kind) || (kind === "constraint" && attributes.type === "f");
}

export function isTaking(statement: string): boolean {
  return /^DROP |^ALTER TABLE .* DROP CONSTRAINT IF EXISTS /s.test(statement);
}

/** The statements of a repair, each with its semicolon. */
export function piecesOf(repair: string): readonly string[] {
  return commandsOf(repair).map((command) => `${command};`);
}

type Before = (step: Step) => readonly Step[];

/** Steps that create what a step's object uses. */
function usedBy(steps: readonly Step[], uses: Uses): Before {
  const byKey = new Map<string, Step[]>();
  for (const step of steps) byKey.set(keyOf(step.object), [...(byKey.get(keyOf(step.object)) ?? []), step]);
  return ({ object }) => {
    const known = uses.index.get(object.kind, object.id);
    return known === undefined ? [] : uses.withColumns(known).flatMap((key) => byKey.get(key) ?? []);
  };
}

/** Steps that take away what uses a step's object. */
function usersOf(steps: readonly Step[], uses: Uses): Before {
  const before = usedBy(steps, uses);
  const users = new Map<Step, Step[]>();
  for (const step of steps) for (const used of before(step)) users.set(used, [...(users.get(used) ?? []), step]);
  return (step) => users.get(step) ?? [];
}

/** Steps, each after those that must come first; a step that depends on itself in a circle stays where it is. */
function inOrder(steps: readonly Step[], before: (steps: readonly Step[]) => Before): readonly Step[] {
  const needs = before(steps);
  const ordered = new Set<Step>();
  const visiting = new Set<Step>();
  const visit = (step: Step) => {
    if (visiting.has(step)) return;
    visiting.add(step);
    for (const other of needs(step)) visit(other);
    ordered.add(step);
  };
  for (const step of steps) visit(step);
  return [...ordered];
}
