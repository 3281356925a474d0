import type { Choose } from "./names.js";

/** The list of a migrator: its code, and the migrations that it gives; null when nobody can know them. */
export interface MigratorList {
  readonly code: string;
  /** Functions beside it. */
  readonly beside: string;
  readonly numbers: readonly number[] | null;
}

type List = readonly number[] | null;
interface State {
  readonly lines: string[];
  list: List;
  /** Numbers that are in no list yet. */
  readonly left: number[];
}

const box = (number: number) => `Box::new(m${number}_change::Migration)`;
const vec = (numbers: readonly number[]) => `vec![${numbers.map(box).join(", ")}]`;
const all = "Vec<Box<dyn MigrationTrait>>";

type Step = (state: State, choose: Choose) => void;

const changing =
  (code: string, to: (list: readonly number[]) => List): Step =>
  (state) => {
    state.lines.push(code);
    state.list = state.list === null ? null : to(state.list);
  };
const pushing =
  (code: (number: number) => string, to: (list: readonly number[], number: number) => List): Step =>
  (state) => {
    const number = state.left.shift();
    if (number !== undefined) changing(code(number), (list) => to(list, number))(state, () => 0);
  };

const STEPS: readonly Step[] = [
  pushing(
    (n) => `v.push(${box(n)});`,
    (list, n) => [...list, n],
  ),
  pushing(
    (n) => `v.insert(0, ${box(n)});`,
    (list, n) => [n, ...list],
  ),
  pushing(
    (n) => `v.extend(${vec([n])});`,
    (list, n) => [...list, n],
  ),
  pushing(
    (n) => `v = v.into_iter().chain(${vec([n])}).collect();`,
    (list, n) => [...list, n],
  ),
  pushing(
    (n) => `let mut w: ${all} = ${vec([n])}; v.append(&mut w);`,
    (list, n) => [...list, n],
  ),
  pushing(
    (n) => `let w: ${all} = ${vec([n])}; v = [w, v].into_iter().flatten().collect();`,
    (list, n) => [n, ...list],
  ),
  pushing(
    (n) => `if true { v.push(${box(n)}); }`,
    (list, n) => [...list, n],
  ),
  pushing(
    (n) => `if 1 > 2 { v.push(${box(n)}); }`,
    (list) => list,
  ),
  pushing(
    (n) => `if v.len() > 1 { v.push(${box(n)}); }`,
    (list, n) => (list.length > 1 ? [...list, n] : list),
  ),
  pushing(
    (n) => `#[cfg(test)] v.push(${box(n)});`,
    (list) => list,
  ),
  pushing(
    (n) => `#[cfg(not(test))] v.push(${box(n)});`,
    (list, n) => [...list, n],
  ),
  pushing(
    (n) => `let mut add = |m: Box<dyn MigrationTrait>| v.push(m); add(${box(n)});`,
    (list, n) => [...list, n],
  ),
  pushing(
    (n) => `add_to(&mut v, ${box(n)});`,
    (list, n) => [...list, n],
  ),
  pushing(
    (n) => `{ let mut v: ${all} = Vec::new(); v.push(${box(n)}); }`,
    (list) => list,
  ),
  pushing(
    (n) => `v.extend(std::iter::once(${box(n)} as Box<dyn MigrationTrait>));`,
    (list, n) => [...list, n],
  ),
  pushing(
    (n) => `if other::flag() { v.push(${box(n)}); }`,
    () => null,
  ),
  pushing(
    (n) => `#[cfg(feature = "x")] v.push(${box(n)});`,
    () => null,
  ),
  pushing(
    (n) => `if std::env::var("X").is_ok() { v.push(${box(n)}); }`,
    () => null,
  ),
  pushing(
    (n) => `for _ in 0..other::number() { v.push(${box(n)}); }`,
    () => null,
  ),
  changing("v.reverse();", (list) => list.toReversed()),
  changing("v.pop();", (list) => list.slice(0, -1)),
  changing("v.truncate(2);", (list) => list.slice(0, 2)),
  changing("if v.len() > 1 { v.swap(0, 1); }", (list) =>
    list.length > 1 ? [list[1] ?? 0, list[0] ?? 0, ...list.slice(2)] : list,
  ),
  changing("if !v.is_empty() { v.rotate_left(1); }", (list) => [...list.slice(1), ...list.slice(0, 1)]),
  changing("if !v.is_empty() { let m = v.remove(0); v.push(m); }", (list) => [...list.slice(1), ...list.slice(0, 1)]),
  changing("if v.len() > 1 { let w = v.split_off(1); v = w.into_iter().chain(v).collect(); }", (list) => [
    ...list.slice(1),
    ...list.slice(0, 1),
  ]),
  changing("v = v.into_iter().rev().collect();", (list) => list.toReversed()),
  changing("v = v.into_iter().skip(1).collect();", (list) => list.slice(1)),
  changing("v = v.into_iter().enumerate().filter(|(i, _)| *i != 1).map(|(_, m)| m).collect();", (list) =>
    list.filter((_, at) => at !== 1),
  ),
  changing("v.sort_by(|a, b| b.name().cmp(a.name()));", (list) => list.toSorted((a, b) => b - a)),
  changing('v.retain(|m| m.name() != "m1_change");', (list) => list.filter((number) => number !== 1)),
  changing("let v = v;", (list) => list),
  changing("other::change_migrations(&mut v);", () => null),
];

/** The list that the edits make. Every statement that makes the variable anew keeps it `mut`. */
export function migratorList(count: number, edits: number, choose: Choose): MigratorList {
  const numbers = Array.from({ length: count }, (_, at) => at + 1);
  const first = numbers.splice(0, choose(count) + 1);
  const state: State = { lines: [], list: first, left: numbers };
  const start = choose(3);
  let beside = `pub fn add_to(list: &mut ${all}, one: Box<dyn MigrationTrait>) { list.push(one); }\n`;
  if (start === 0) state.lines.push(`let mut v: ${all} = ${vec(first)};`);
  else if (start === 1) {
    beside += `pub fn first_ones() -> ${all} { ${vec(first)} }\n`;
    state.lines.push("let mut v = first_ones();");
  } else {
    state.lines.push(`let mut v: ${all} = Vec::new();`, ...first.map((number) => `v.push(${box(number)});`));
  }
  for (let turn = 0; turn < edits; turn++) STEPS[choose(STEPS.length)]?.(state, choose);
  const code = `${state.lines.join("\n    ").replace("let v = v;", "let mut v = v;")}\n    v`;
  return { code, beside, numbers: state.list };
}
