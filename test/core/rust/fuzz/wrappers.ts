import { type Box, change, maybe, type Ref, type Vars, type Wrapper } from "./meaning.js";

const plain = (name: string, code: (inside: string, vars: Vars, id: number) => string, times = 1): Wrapper => ({
  name,
  code: (vars, id, inside) => code(inside, vars, id),
  run: (_vars, _id, _meaning, inside) => {
    for (let turn = 0; turn < times; turn++) inside();
  },
});

/** Runs what is inside when a question about the variables is answered with yes. */
const when = (
  name: string,
  code: (inside: string, vars: Vars) => string,
  answer: (vars: Vars) => boolean | null,
): Wrapper => ({
  name,
  code: (vars, _id, inside) => code(inside, vars),
  run: (vars, _id, meaning, inside) => {
    const known = answer(vars);
    if (known === null) maybe(meaning, vars, inside);
    else if (known) inside();
  },
});

const apart = (name: string, code: (inside: string, vars: Vars, id: number) => string, times: number): Wrapper => ({
  ...plain(name, code, times),
  apart: true,
});

const known = <T>(box: Box<T>, question: (value: T) => boolean): boolean | null =>
  box.value === null ? null : question(box.value);
const through = <T>({ box }: Ref<T>, place: string): Ref<T> => ({ place, box });
const NAMES = ["s", "t", "v", "o", "n"] as const;

/** A function of its own in a block, which is given every variable by reference. */
const FUNCTION: Wrapper = {
  name: "an inner function",
  apart: true,
  inner: ({ s, t, v, o, n }) => ({
    s: through(s, "(*s)"),
    t: through(t, "(*t)"),
    v: through(v, "(*v)"),
    o: through(o, "(*o)"),
    n: through(n, "(*n)"),
  }),
  code: (vars, id, inside) =>
    `{ fn inner${id}(s: &mut String, t: &mut String, v: &mut Vec<String>, o: &mut Option<String>, n: &mut usize) { ${inside} } inner${id}(${NAMES.map((name) => `&mut ${vars[name].place}`).join(", ")}); }`,
  run: (_vars, _id, _meaning, inside) => inside(),
};

const ALIAS: Wrapper = {
  name: "an alias",
  inner: (vars, id) => ({ ...vars, s: through(vars.s, `(*r${id})`) }),
  code: (vars, id, inside) => `{ let r${id} = &mut ${vars.s.place}; ${inside} }`,
  run: (_vars, _id, _meaning, inside) => inside(),
};

/** The text lives in another place while the code inside runs. */
const held = (
  name: string,
  make: (s: string, id: number) => string,
  place: (id: number) => string,
  back: (id: number) => string,
): Wrapper => ({
  name,
  inner: (vars, id) => ({ ...vars, s: through(vars.s, place(id)) }),
  code: (vars, id, inside) =>
    `let mut h${id} = ${make(`std::mem::take(&mut ${vars.s.place})`, id)}; ${inside} ${vars.s.place} = ${back(id)};`,
  run: (_vars, _id, _meaning, inside) => inside(),
});

/** A variable of the same name that ends with the block. */
const SHADOW: Wrapper = {
  name: "a shadow",
  inner: (vars) => ({ ...vars, s: { place: "s", box: { value: "shadow" } } }),
  code: (_vars, _id, inside) => `{ let mut s = String::from("shadow"); ${inside} }`,
  run: (_vars, _id, _meaning, inside) => inside(),
};

/** Ends after as many turns as nobody knows, one at least. */
const UNTIL: Wrapper = {
  name: "a loop that elsewhere ends",
  code: (_vars, _id, inside) => `for _ in 0..3 { ${inside} if other::flag() { break; } }`,
  run: (vars, _id, meaning, inside) => {
    inside();
    maybe(meaning, vars, inside);
  },
};

export const WRAPPERS: readonly Wrapper[] = [
  plain("a block", (inside) => `{ ${inside} }`),
  plain("a labelled block", (inside, _, id) => `'b${id}: { ${inside} if 1 > 2 { break 'b${id}; } }`),
  plain("an unsafe block", (inside) => `unsafe { ${inside} }`),
  plain("if true", (inside) => `if true { ${inside} }`),
  plain("if false", (inside) => `if false { ${inside} }`, 0),
  plain("else", (inside) => `if 2 < 1 { } else { ${inside} }`),
  plain("if let", (inside) => `if let Some(_x) = Some(1) { ${inside} }`),
  plain("if let that fails", (inside) => `if let Some(9) = Some(1) { ${inside} }`, 0),
  plain("match", (inside) => `match 3 { 1 | 2 => {} 3..=5 => { ${inside} } _ => {} }`),
  plain("match that takes another arm", (inside) => `match "b" { "a" => { ${inside} } _ => {} }`, 0),
  plain("for", (inside) => `for _ in 0..2 { ${inside} }`, 2),
  plain("for over a list", (inside) => `for _ in ["a", "b", "c"].iter() { ${inside} }`, 3),
  plain("for over nothing", (inside) => `for _ in 3..3 { ${inside} }`, 0),
  plain("while", (inside, _, id) => `let mut c${id} = 0; while c${id} < 2 { c${id} += 1; ${inside} }`, 2),
  plain(
    "while let",
    (inside, _, id) => `let mut c${id} = vec![1, 2]; while let Some(_x) = c${id}.pop() { ${inside} }`,
    2,
  ),
  plain("loop", (inside) => `loop { ${inside} break; }`),
  plain("labelled loops", (inside, _, id) => `'a${id}: loop { loop { ${inside} break 'a${id}; } }`),
  plain("a branch that never runs", (inside) => `if false { todo!(); } ${inside}`),
  plain("cfg(test)", (inside) => `#[cfg(test)] { ${inside} }`, 0),
  plain("cfg(not(test))", (inside) => `#[cfg(not(test))] { ${inside} }`),
  apart("a closure", (inside, _, id) => `let mut f${id} = || { ${inside} }; f${id}(); f${id}();`, 2),
  apart("a closure called at once", (inside) => `(|| { ${inside} })();`, 1),
  apart("a closure that nobody calls", (inside, _, id) => `let _f${id} = || { ${inside} };`, 0),
  apart("a closure given to a function", (inside) => `twice(|| { ${inside} });`, 2),
  apart("a closure of an option", (inside) => `Some(1).map(|_x| { ${inside} });`, 1),
  apart("a closure of None", (inside) => `None::<i32>.map(|_x| { ${inside} });`, 0),
  apart("unwrap_or_else of Some", (inside) => `Some(()).unwrap_or_else(|| { ${inside} });`, 0),
  apart("a for_each", (inside) => `[1, 2].iter().for_each(|_x| { ${inside} });`, 2),
  apart("a map that nothing consumes", (inside) => `let _ = [1, 2].iter().map(|_x| { ${inside} });`, 0),
  apart("a map that is consumed", (inside) => `let _: Vec<()> = [1, 2].iter().map(|_x| { ${inside} }).collect();`, 2),
  apart("own macro", (inside) => `braced!({ ${inside} });`, 1),
  FUNCTION,
  ALIAS,
  SHADOW,
  held(
    "a struct",
    (s) => `Holder { text: ${s} }`,
    (id) => `h${id}.text`,
    (id) => `h${id}.text`,
  ),
  held(
    "a tuple",
    (s) => `(${s}, 1)`,
    (id) => `h${id}.0`,
    (id) => `h${id}.0`,
  ),
  held(
    "a box",
    (s) => `Box::new(${s})`,
    (id) => `(*h${id})`,
    (id) => `*h${id}`,
  ),
  held(
    "a list",
    (s) => `vec![${s}]`,
    (id) => `h${id}[0]`,
    (id) => `h${id}.remove(0)`,
  ),
  held(
    "a nested struct",
    (s) => `(0, Holder { text: ${s} })`,
    (id) => `h${id}.1.text`,
    (id) => `h${id}.1.text`,
  ),
  when(
    "if on a number",
    (inside, { n }) => `if ${n.place} > 1 { ${inside} }`,
    ({ n }) => known(n.box, (value) => value > 1),
  ),
  when(
    "if on a text",
    (inside, { t }) => `if ${t.place}.contains("k") { ${inside} }`,
    ({ t }) => known(t.box, (value) => value.includes("k")),
  ),
  when(
    "if on an option",
    (inside, { o }) => `if ${o.place}.is_some() { ${inside} }`,
    ({ o }) => known(o.box, (value) => value !== undefined),
  ),
  when(
    "if on a list",
    (inside, { v }) => `if ${v.place}.len() != 1 { ${inside} }`,
    ({ v }) => known(v.box, (value) => value.length !== 1),
  ),
  when(
    "match on a number",
    (inside, { n }) => `match ${n.place} { 0 | 2 => { ${inside} } _ => {} }`,
    ({ n }) => known(n.box, (value) => value === 0 || value === 2),
  ),
  when(
    "if elsewhere says so",
    (inside) => `if other::flag() { ${inside} }`,
    () => null,
  ),
  when(
    "as often as elsewhere says",
    (inside) => `for _ in 0..other::number() { ${inside} }`,
    () => null,
  ),
  when(
    "while elsewhere says so",
    (inside) => `while other::flag() { ${inside} }`,
    () => null,
  ),
  when(
    "cfg(feature)",
    (inside) => `#[cfg(feature = "x")] { ${inside} }`,
    () => null,
  ),
  when(
    "a match of elsewhere",
    (inside) => `match other::maybe() { Some(_) => { ${inside} } None => {} }`,
    () => null,
  ),
  UNTIL,
  {
    name: "a number counted up",
    code: ({ n }, _id, inside) => `${n.place} += 1; ${inside}`,
    run: ({ n }, _id, _meaning, inside) => {
      change(n, (value) => value + 1);
      inside();
    },
  },
];
