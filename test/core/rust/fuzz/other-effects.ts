import { change, type Effect, maybe, Returned, send, type Vars } from "./meaning.js";

type List = readonly string[];

const list = (
  name: string,
  code: (v: string, vars: Vars, id: number) => string,
  to: (items: List, id: number) => List | null,
): Effect => ({
  name: `list: ${name}`,
  code: (vars, id) => code(vars.v.place, vars, id),
  run: (vars, id) => change(vars.v, (items) => to(items, id)),
});

const setting = (name: string, code: (v: string) => string, to: List): Effect => ({
  name: `list: ${name}`,
  code: (vars) => code(vars.v.place),
  run: (vars) => {
    vars.v.box.value = to;
  },
});

const at = (items: List, index: number, item: string): List =>
  index < items.length ? items.toSpliced(index, 1, item) : items;
const guarded = (v: string, length: number, code: string) => `if ${v}.len() > ${length} { ${code} }`;

const LISTS: readonly Effect[] = [
  list(
    "push",
    (v, _, id) => `${v}.push("k${id}".to_string());`,
    (x, id) => [...x, `k${id}`],
  ),
  list(
    "push of format!",
    (v, _, id) => `${v}.push(format!("k{}", ${id}));`,
    (x, id) => [...x, `k${id}`],
  ),
  list(
    "pop",
    (v) => `${v}.pop();`,
    (x) => x.slice(0, -1),
  ),
  list(
    "insert",
    (v) => `${v}.insert(0, "i".into());`,
    (x) => ["i", ...x],
  ),
  list(
    "remove",
    (v) => guarded(v, 0, `${v}.remove(0);`),
    (x) => x.slice(1),
  ),
  list(
    "truncate",
    (v) => `${v}.truncate(1);`,
    (x) => x.slice(0, 1),
  ),
  setting("clear", (v) => `${v}.clear();`, []),
  list(
    "reverse",
    (v) => `${v}.reverse();`,
    (x) => x.toReversed(),
  ),
  list(
    "reverse of a slice",
    (v) => guarded(v, 1, `${v}[..2].reverse();`),
    (x) => (x.length > 1 ? [x[1] ?? "", x[0] ?? "", ...x.slice(2)] : x),
  ),
  list(
    "sort",
    (v) => `${v}.sort();`,
    (x) => x.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
  ),
  list(
    "sort_by",
    (v) => `${v}.sort_by(|a, b| b.cmp(a));`,
    (x) => x.toSorted((a, b) => (a < b ? 1 : a > b ? -1 : 0)),
  ),
  list(
    "sort_by_key",
    (v) => `${v}.sort_by_key(|x| x.len());`,
    (x) => x.toSorted((a, b) => a.length - b.length),
  ),
  list(
    "dedup",
    (v) => `${v}.dedup();`,
    (x) => x.filter((each, index) => index === 0 || each !== x[index - 1]),
  ),
  list(
    "retain",
    (v) => `${v}.retain(|x| x.len() < 3);`,
    (x) => x.filter((each) => each.length < 3),
  ),
  list(
    "swap",
    (v) => guarded(v, 1, `${v}.swap(0, 1);`),
    (x) => (x.length > 1 ? [x[1] ?? "", x[0] ?? "", ...x.slice(2)] : x),
  ),
  list(
    "rotate",
    (v) => guarded(v, 0, `${v}.rotate_left(1);`),
    (x) => [...x.slice(1), ...x.slice(0, 1)],
  ),
  list(
    "an element",
    (v) => guarded(v, 0, `${v}[0] = "e".to_string();`),
    (x) => at(x, 0, "e"),
  ),
  list(
    "an element's text",
    (v) => guarded(v, 1, `${v}[1].push('e');`),
    (x) => at(x, 1, `${x[1]}e`),
  ),
  list(
    "an element by a number",
    (v) => guarded(v, 1, `let i = 1; ${v}[i] = "e".into();`),
    (x) => at(x, 1, "e"),
  ),
  list(
    "iter_mut",
    (v) => `for x in ${v}.iter_mut() { x.push('m'); }`,
    (x) => x.map((each) => `${each}m`),
  ),
  list(
    "&mut",
    (v) => `for x in &mut ${v} { *x = "m".into(); }`,
    (x) => x.map(() => "m"),
  ),
  list(
    "iter_mut, for_each",
    (v) => `${v}.iter_mut().for_each(|x| x.push('m'));`,
    (x) => x.map((each) => `${each}m`),
  ),
  list(
    "iter_mut, enumerate",
    (v) => `for (i, x) in ${v}.iter_mut().enumerate() { if i == 0 { x.clear(); } }`,
    (x) => at(x, 0, ""),
  ),
  list(
    "first_mut",
    (v) => `if let Some(x) = ${v}.first_mut() { x.push('f'); }`,
    (x) => at(x, 0, `${x[0]}f`),
  ),
  list(
    "last_mut",
    (v) => `if let Some(x) = ${v}.last_mut() { *x = "l".into(); }`,
    (x) => [...x.slice(0, -1), ...x.slice(-1).map(() => "l")],
  ),
  list(
    "get_mut",
    (v) => `if let Some(x) = ${v}.get_mut(1) { x.push('g'); }`,
    (x) => at(x, 1, `${x[1]}g`),
  ),
  list(
    "split_at_mut",
    (v) => guarded(v, 1, `let (a, b) = ${v}.split_at_mut(1); std::mem::swap(&mut a[0], &mut b[0]);`),
    (x) => (x.length > 1 ? [x[1] ?? "", x[0] ?? "", ...x.slice(2)] : x),
  ),
  list(
    "extend",
    (v) => `${v}.extend(["a".to_string(), "b".to_string()]);`,
    (x) => [...x, "a", "b"],
  ),
  list(
    "extend of an iterator",
    (v) => `${v}.extend(["a", "b"].iter().rev().map(|x| x.to_string()));`,
    (x) => [...x, "b", "a"],
  ),
  list(
    "extend of an option",
    (v) => `${v}.extend(Some("o".to_string()));`,
    (x) => [...x, "o"],
  ),
  list(
    "append",
    (v) => `let mut w = vec!["w".to_string()]; ${v}.append(&mut w); ${v}.append(&mut w);`,
    (x) => [...x, "w"],
  ),
  list(
    "drain",
    (v) => guarded(v, 0, `${v}.drain(..1);`),
    (x) => x.slice(1),
  ),
  list(
    "drain into another",
    (v) => `let mut w: Vec<String> = ${v}.drain(..).collect(); w.reverse(); ${v}.extend(w);`,
    (x) => x.toReversed(),
  ),
  list(
    "split_off",
    (v) => guarded(v, 0, `let w = ${v}.split_off(1); ${v}.splice(0..0, w);`),
    (x) => (x.length > 0 ? [...x.slice(1), ...x.slice(0, 1)] : x),
  ),
  list(
    "splice",
    (v) => `${v}.splice(..0, ["s".to_string()]);`,
    (x) => ["s", ...x],
  ),
  list(
    "resize",
    (v) => `${v}.resize(2, "r".to_string());`,
    (x) => [...x.slice(0, 2), ...Array.from({ length: Math.max(0, 2 - x.length) }, () => "r")],
  ),
  list(
    "fill",
    (v) => `${v}.fill("f".to_string());`,
    (x) => x.map(() => "f"),
  ),
  list(
    "swap_remove",
    (v) => guarded(v, 0, `${v}.swap_remove(0);`),
    (x) => [...x.slice(-1), ...x.slice(1, -1)].slice(0, Math.max(0, x.length - 1)),
  ),
  list(
    "mem::take",
    (v) => `let w = std::mem::take(&mut ${v}); ${v}.push(w.concat());`,
    (x) => [x.join("")],
  ),
  setting("assigned", (v) => `${v} = vec!["a".to_string(); 2];`, ["a", "a"]),
  list(
    "assigned from map",
    (v) => `${v} = ${v}.iter().map(|x| format!("{x}!")).collect();`,
    (x) => x.map((each) => `${each}!`),
  ),
  list(
    "assigned from filter",
    (v) => `${v} = ${v}.clone().into_iter().filter(|x| !x.is_empty()).collect();`,
    (x) => x.filter((each) => each !== ""),
  ),
  list(
    "assigned from skip and take",
    (v) => `${v} = ${v}.iter().skip(1).take(2).cloned().collect();`,
    (x) => x.slice(1, 3),
  ),
  list(
    "a copy stays",
    (v) => `let w = ${v}.clone(); ${v}.clear(); ${v} = w;`,
    (x) => x,
  ),
  list(
    "own function",
    (v) => `grow(&mut ${v});`,
    (x) => [...x, "grown"],
  ),
  list(
    "own trait",
    (v) => `${v}.grown();`,
    (x) => [...x, "by a trait"],
  ),
  list(
    "concat",
    (v) => `${v} = [${v}.clone(), vec!["c".to_string()]].concat();`,
    (x) => [...x, "c"],
  ),
  list(
    "a deque",
    (v) =>
      `let mut d: std::collections::VecDeque<String> = ${v}.drain(..).collect(); d.push_front("d".into()); ${v}.extend(d);`,
    (x) => ["d", ...x],
  ),
  list(
    "outside",
    (v) => `other::change_list(&mut ${v});`,
    () => null,
  ),
  list(
    "a sort by elsewhere",
    (v) => `${v}.sort_by_key(|_| other::number()); ${v}.push(other::text());`,
    () => null,
  ),
  list(
    "an element under cfg",
    (v) => `${v} = vec!["a".to_string(), #[cfg(feature = "x")] "b".to_string()];`,
    () => null,
  ),
  list(
    "an index of elsewhere",
    (v) => `${v}.insert(other::number() % (${v}.len() + 1), "u".into());`,
    () => null,
  ),
];

const option = (
  name: string,
  code: (o: string, vars: Vars, id: number) => string,
  run: (vars: Vars, id: number) => void,
): Effect => ({ name: `option: ${name}`, code: (vars, id) => code(vars.o.place, vars, id), run });
const set = (vars: Vars, value: string | undefined) => {
  vars.o.box.value = value as string;
  if (value === undefined) vars.o.box.value = undefined;
};
const within = (vars: Vars, to: (text: string) => string | undefined) =>
  change(vars.o, (held) => (held === undefined ? undefined : to(held)));
/** The option's text is added to `s`, when there is one. */
const added = ({ o, s }: Vars) => {
  const held = o.box.value;
  if (held === null) s.box.value = null;
  else change(s, (text) => text + (held ?? ""));
};

const OPTIONS: readonly Effect[] = [
  option(
    "Some",
    (o, _, id) => `${o} = Some("k${id}".to_string());`,
    (vars, id) => set(vars, `k${id}`),
  ),
  option(
    "None",
    (o) => `${o} = None;`,
    (vars) => set(vars, undefined),
  ),
  option(
    "take",
    (o, { s }) => `if let Some(x) = ${o}.take() { ${s.place}.push_str(&x); }`,
    (vars) => {
      added(vars);
      set(vars, undefined);
    },
  ),
  option(
    "replace",
    (o) => `${o}.replace("r".into());`,
    (vars) => set(vars, "r"),
  ),
  option(
    "insert",
    (o) => `${o}.insert("i".into()).push('j');`,
    (vars) => set(vars, "ij"),
  ),
  option(
    "get_or_insert",
    (o) => `${o}.get_or_insert("g".into()).push('h');`,
    (vars) => change(vars.o, (held) => `${held ?? "g"}h`),
  ),
  option(
    "get_or_insert_with",
    (o) => `${o}.get_or_insert_with(|| "g".into());`,
    (vars) => change(vars.o, (held) => held ?? "g"),
  ),
  option(
    "as_mut",
    (o) => `if let Some(x) = ${o}.as_mut() { x.push('m'); }`,
    (vars) => within(vars, (x) => `${x}m`),
  ),
  option(
    "as_deref_mut",
    (o) => `if let Some(x) = ${o}.as_deref_mut() { x.make_ascii_uppercase(); }`,
    (vars) => within(vars, (x) => x.toUpperCase()),
  ),
  option(
    "ref mut",
    (o) => `if let Some(ref mut x) = ${o} { x.push('m'); }`,
    (vars) => within(vars, (x) => `${x}m`),
  ),
  option(
    "&mut",
    (o) => `match &mut ${o} { Some(x) => x.push('m'), None => {} }`,
    (vars) => within(vars, (x) => `${x}m`),
  ),
  option(
    "iter_mut",
    (o) => `for x in ${o}.iter_mut() { x.push('m'); }`,
    (vars) => within(vars, (x) => `${x}m`),
  ),
  option(
    "map",
    (o) => `${o} = ${o}.clone().map(|x| x + "p");`,
    (vars) => within(vars, (x) => `${x}p`),
  ),
  option(
    "filter",
    (o) => `${o} = ${o}.clone().filter(|x| x.len() < 3);`,
    (vars) => within(vars, (x) => (x.length < 3 ? x : undefined)),
  ),
  option(
    "or",
    (o) => `${o} = ${o}.clone().or(Some("o".into()));`,
    (vars) => change(vars.o, (held) => held ?? "o"),
  ),
  option(
    "xor",
    (o) => `${o} = ${o}.clone().xor(Some("o".into()));`,
    (vars) => change(vars.o, (held) => (held === undefined ? "o" : undefined)),
  ),
  option(
    "mem::take",
    (o) => `std::mem::take(&mut ${o});`,
    (vars) => set(vars, undefined),
  ),
  option("read", (o, { s }) => `${s.place}.push_str(${o}.as_deref().unwrap_or(""));`, added),
  option("let else", (o, { s }) => `'o: { let Some(x) = &${o} else { break 'o; }; ${s.place}.push_str(x); }`, added),
  option(
    "is_some_and",
    (o, { s }) => `if ${o}.as_ref().is_some_and(|x| !x.is_empty()) { ${s.place}.push('!'); }`,
    ({ o, s }) => {
      const held = o.box.value;
      if (held === null) s.box.value = null;
      else if (held) change(s, (text) => `${text}!`);
    },
  ),
  option(
    "of elsewhere",
    (o) => `${o} = other::maybe().map(str::to_string);`,
    (vars) => {
      vars.o.box.value = null;
    },
  ),
  option(
    "changed elsewhere",
    (o) => `other::change_option(&mut ${o});`,
    (vars) => {
      vars.o.box.value = null;
    },
  ),
];

const number = (name: string, code: (n: string, vars: Vars) => string, run: (vars: Vars) => void): Effect => ({
  name: `number: ${name}`,
  code: (vars) => code(vars.n.place, vars),
  run,
});
const NUMBERS: readonly Effect[] = [
  number(
    "+=",
    (n) => `${n} += 1;`,
    ({ n }) => change(n, (x) => x + 1),
  ),
  number(
    "-= that stays positive",
    (n) => `${n} = ${n}.saturating_sub(1);`,
    ({ n }) => change(n, (x) => Math.max(0, x - 1)),
  ),
  number(
    "*= %",
    (n) => `${n} *= 3; ${n} %= 5;`,
    ({ n }) => change(n, (x) => (x * 3) % 5),
  ),
  number(
    "shifts",
    (n) => `${n} = (${n} << 2 | 1) ^ 2;`,
    ({ n }) => change(n, (x) => ((x << 2) | 1) ^ 2),
  ),
  number(
    "min max",
    (n) => `${n} = ${n}.max(2).min(4);`,
    ({ n }) => change(n, (x) => Math.min(4, Math.max(2, x))),
  ),
  number(
    "by reference",
    (n) => `let r = &mut ${n}; *r += 2;`,
    ({ n }) => change(n, (x) => x + 2),
  ),
  number(
    "of a length",
    (n, { s }) => `${n} = ${s.place}.len() % 7;`,
    ({ n, s }) => {
      n.box.value = s.box.value === null ? null : s.box.value.length % 7;
    },
  ),
  number(
    "read",
    (n, { s }) => `${s.place}.push_str(&${n}.to_string());`,
    ({ n, s }) => {
      const held = n.box.value;
      change(s, (text) => (held === null ? null : `${text}${held}`));
    },
  ),
  number(
    "compared",
    (n, { s }) => `if ${n} % 2 == 0 && ${n} < 9 { ${s.place}.push('e'); }`,
    ({ n, s }) => {
      const held = n.box.value;
      if (held === null) s.box.value = null;
      else if (held % 2 === 0 && held < 9) change(s, (text) => `${text}e`);
    },
  ),
  number(
    "of elsewhere",
    (n) => `${n} = other::number();`,
    ({ n }) => {
      n.box.value = null;
    },
  ),
];

const sql = (text: string) => `comment on table a is '${text}'`;
const sending = (name: string, code: (vars: Vars) => string, what: (vars: Vars) => string | null): Effect => ({
  name: `send: ${name}`,
  outside: true,
  code,
  run: (vars, _id, meaning) => {
    const text = what(vars);
    send(meaning, text === null ? null : sql(text));
  },
});
const execute = (text: string) => `db.execute_unprepared(${text}).await?;`;

const SENDS: readonly Effect[] = [
  sending(
    "format!",
    ({ s }) => execute(`&format!("comment on table a is '{}'", ${s.place})`),
    ({ s }) => s.box.value,
  ),
  sending(
    "+",
    ({ t }) => execute(`&(String::from("comment on table a is '") + &${t.place} + "'")`),
    ({ t }) => t.box.value,
  ),
  sending(
    "concat",
    ({ s }) => execute(`&["comment on table a is '", &${s.place}, "'"].concat()`),
    ({ s }) => s.box.value,
  ),
  sending(
    "own function",
    ({ s }) => `post(db, &${s.place}).await?;`,
    ({ s }) => s.box.value,
  ),
  sending(
    "a statement",
    ({ t }) =>
      `db.execute(Statement::from_string(DbBackend::Postgres, format!("comment on table a is '{}'", &${t.place}))).await?;`,
    ({ t }) => t.box.value,
  ),
  {
    name: "send: each of the list",
    outside: true,
    code: ({ v }) => `for x in &${v.place} { ${execute(`&format!("comment on table a is '{x}'")`)} }`,
    run: ({ v }, _id, meaning) => {
      if (v.box.value === null) meaning.unknown = true;
      else for (const item of v.box.value) send(meaning, sql(item));
    },
  },
  {
    name: "send: the option's",
    outside: true,
    code: ({ o }) => `if let Some(x) = &${o.place} { ${execute(`&format!("comment on table a is '{x}'")`)} }`,
    run: ({ o }, _id, meaning) => {
      if (o.box.value === null) meaning.unknown = true;
      else if (o.box.value !== undefined) send(meaning, sql(o.box.value));
    },
  },
];

/** Statements that end the function. */
const RETURNS: readonly Effect[] = [
  {
    name: "return on a number",
    outside: true,
    code: ({ n }) => `if ${n.place} == 4 { return Ok(()); }`,
    run: (vars, _id, meaning) => {
      if (vars.n.box.value === 4) throw new Returned();
      if (vars.n.box.value === null)
        maybe(meaning, vars, () => {
          throw new Returned();
        });
    },
  },
  {
    name: "let else that returns",
    outside: true,
    code: ({ o }) => `let Some(_) = ${o.place}.clone() else { return Ok(()) };`,
    run: (vars, _id, meaning) => {
      if (vars.o.box.value === undefined) throw new Returned();
      if (vars.o.box.value === null)
        maybe(meaning, vars, () => {
          throw new Returned();
        });
    },
  },
  {
    name: "return of elsewhere",
    outside: true,
    code: () => "if other::flag() { return Ok(()); }",
    run: (vars, _id, meaning) =>
      maybe(meaning, vars, () => {
        throw new Returned();
      }),
  },
  {
    name: "? of elsewhere",
    outside: true,
    code: () => "other::result()?;",
    run: () => {},
  },
];

export const OTHER_EFFECTS: readonly Effect[] = [...LISTS, ...OPTIONS, ...NUMBERS, ...SENDS, ...SENDS, ...RETURNS];
