import { describe, expect, it } from "vitest";
import { sqlOf } from "./body-sql.js";

const TEXT = 'let mut s = String::from("DROP TABLE a");';
const SEND = "db.execute_unprepared(&s).await?;";
const LIST = 'let mut v = vec!["DROP TABLE a", "DROP TABLE b"];';
const SEND_ALL = "for s in v { db.execute_unprepared(s).await?; }";

/** Each form with what it sends. The reader answers that, or nothing. */
const FORMS: readonly (readonly [string, string, readonly string[] | null])[] = [
  [
    "an adaptor that nothing consumes",
    `${TEXT} let _ = [", x"].iter().map(|p| s.push_str(p)); ${SEND}`,
    ["DROP TABLE a"],
  ],
  [
    "a filter that nothing consumes",
    `${TEXT} let _ = [1].iter().filter(|_| { s.push('x'); true }); ${SEND}`,
    ["DROP TABLE a"],
  ],
  [
    "an inspect that nothing consumes",
    `${TEXT} let _ = [1].iter().inspect(|_| s.push('x')); ${SEND}`,
    ["DROP TABLE a"],
  ],
  [
    "an adaptor that is asked for only one element",
    `${TEXT} let _ = [", x", ", y"].iter().map(|p| s.push_str(p)).next(); ${SEND}`,
    ["DROP TABLE a, x"],
  ],
  [
    "an adaptor that is consumed later",
    `${TEXT} let i = [", x"].iter().map(|p| s.push_str(p)); i.for_each(drop); ${SEND}`,
    ["DROP TABLE a, x"],
  ],
  [
    "an adaptor that assigns",
    `let mut n = 0; let _ = ["DROP TABLE b"].iter().map(|_| n = 1); if n == 0 { ${SEND.replace("&s", '"DROP TABLE a"')} }`,
    ["DROP TABLE a"],
  ],
  [
    "an adaptor that changes nothing",
    `let v: Vec<String> = ["a", "b"].iter().map(|t| format!("DROP TABLE {t}")).collect(); for s in v { ${SEND} }`,
    ["DROP TABLE a", "DROP TABLE b"],
  ],
  ["write!", `${TEXT} write!(s, ", {}", "t").unwrap(); ${SEND}`, ["DROP TABLE a, t"]],
  ["write! of what is not known", `${TEXT} write!(s, ", {}", t).unwrap(); ${SEND}`, null],
  ["writeln!", `${TEXT} writeln!(s, ", t").unwrap(); ${SEND}`, ["DROP TABLE a, t"]],
  ["a call outside the crate", `${TEXT} other::change(&mut s); ${SEND}`, null],
  ["a method outside the crate", `${TEXT} file.read_line(&mut s); ${SEND}`, null],
  ["a file that is read", `let mut s = String::new(); f.read_to_string(&mut s).unwrap(); ${SEND}`, null],
  ["an alias given away", `${TEXT} let r = &mut s; other::change(r); ${SEND}`, null],
  ["an alias of an alias", `${TEXT} let r = &mut s; let q = &mut *r; q.push_str(", t"); ${SEND}`, ["DROP TABLE a, t"]],
  ["an assignment through", `${TEXT} { let r = &mut s; *r = "DROP TABLE b".into(); } ${SEND}`, ["DROP TABLE b"]],
  ["push_str through", `${TEXT} { let r = &mut s; r.push_str(", t"); } ${SEND}`, ["DROP TABLE a, t"]],
  [
    "mem::swap",
    `${TEXT} let mut o = String::from("DROP TABLE b"); std::mem::swap(&mut s, &mut o); ${SEND}`,
    ["DROP TABLE b"],
  ],
  ["mem::replace", `${TEXT} std::mem::replace(&mut s, "DROP TABLE b".into()); ${SEND}`, ["DROP TABLE b"]],
  ["mem::take", `${TEXT} let t = std::mem::take(&mut s); s.push_str("DROP TABLE b"); ${SEND}`, ["DROP TABLE b"]],
  ["Option::take", `let mut o = Some("DROP TABLE a"); o.take(); if let Some(s) = o { ${SEND} }`, []],
  [
    "Option::replace",
    `let mut o = Some("DROP TABLE a"); o.replace("DROP TABLE b"); if let Some(s) = o { ${SEND} }`,
    ["DROP TABLE b"],
  ],
  ["Option::insert", `let mut o = None; o.insert("DROP TABLE a"); if let Some(s) = o { ${SEND} }`, ["DROP TABLE a"]],
  ["String::insert_str", `${TEXT} s.insert_str(11, "x, "); ${SEND}`, ["DROP TABLE x, a"]],
  ["String::truncate", `${TEXT} s.truncate(10); s.push_str(" c"); ${SEND}`, ["DROP TABLE c"]],
  ["String::replace_range", `${TEXT} s.replace_range(11..12, "c"); ${SEND}`, ["DROP TABLE c"]],
  ["String::pop", `${TEXT} s.pop(); s.push_str("c"); ${SEND}`, ["DROP TABLE c"]],
  ["String::extend", `${TEXT} s.extend([", t"]); ${SEND}`, ["DROP TABLE a, t"]],
  ["+=", `${TEXT} s += ", t"; ${SEND}`, ["DROP TABLE a, t"]],
  ["make_ascii_uppercase", `${TEXT} s.make_ascii_uppercase(); ${SEND}`, ["DROP TABLE A"]],
  ["extend", `${LIST} v.extend(vec!["DROP TABLE c"]); ${SEND_ALL}`, ["DROP TABLE a", "DROP TABLE b", "DROP TABLE c"]],
  [
    "append",
    `${LIST} let mut w = vec!["DROP TABLE c"]; v.append(&mut w); ${SEND_ALL}`,
    ["DROP TABLE a", "DROP TABLE b", "DROP TABLE c"],
  ],
  ["append empties", `${LIST} let mut w = vec!["DROP TABLE c"]; w.append(&mut v); ${SEND_ALL}`, []],
  ["insert", `${LIST} v.insert(0, "DROP TABLE c"); ${SEND_ALL}`, ["DROP TABLE c", "DROP TABLE a", "DROP TABLE b"]],
  ["sort", `${LIST} v.reverse(); v.sort(); ${SEND_ALL}`, ["DROP TABLE a", "DROP TABLE b"]],
  ["sort_by", `${LIST} v.sort_by(|a, b| b.cmp(a)); ${SEND_ALL}`, ["DROP TABLE b", "DROP TABLE a"]],
  ["retain", `${LIST} v.retain(|s| s.ends_with("b")); ${SEND_ALL}`, ["DROP TABLE b"]],
  ["truncate", `${LIST} v.truncate(1); ${SEND_ALL}`, ["DROP TABLE a"]],
  ["reverse", `${LIST} v.reverse(); ${SEND_ALL}`, ["DROP TABLE b", "DROP TABLE a"]],
  ["swap", `${LIST} v.swap(0, 1); ${SEND_ALL}`, ["DROP TABLE b", "DROP TABLE a"]],
  ["dedup", `${LIST} v.push("DROP TABLE b"); v.dedup(); ${SEND_ALL}`, ["DROP TABLE a", "DROP TABLE b"]],
  ["drain", `${LIST} v.drain(..1); ${SEND_ALL}`, ["DROP TABLE b"]],
  ["split_off", `${LIST} v.split_off(1); ${SEND_ALL}`, ["DROP TABLE a"]],
  ["swap_remove", `${LIST} v.push("DROP TABLE c"); v.swap_remove(0); ${SEND_ALL}`, ["DROP TABLE c", "DROP TABLE b"]],
  ["rotate_left", `${LIST} v.rotate_left(1); ${SEND_ALL}`, ["DROP TABLE b", "DROP TABLE a"]],
  ["clear", `${LIST} v.clear(); ${SEND_ALL}`, []],
  ["a sorted slice", `${LIST} v[..].reverse(); ${SEND_ALL}`, ["DROP TABLE b", "DROP TABLE a"]],
  ["iter_mut", `${LIST} for s in v.iter_mut() { *s = "DROP TABLE c"; } ${SEND_ALL}`, ["DROP TABLE c", "DROP TABLE c"]],
  [
    "a loop over &mut",
    `${LIST} for s in &mut v { *s = "DROP TABLE c"; } ${SEND_ALL}`,
    ["DROP TABLE c", "DROP TABLE c"],
  ],
  [
    "iter_mut with a closure",
    `${LIST} v.iter_mut().for_each(|s| *s = "DROP TABLE c"); ${SEND_ALL}`,
    ["DROP TABLE c", "DROP TABLE c"],
  ],
  ["first_mut", `${LIST} *v.first_mut().unwrap() = "DROP TABLE c"; ${SEND_ALL}`, ["DROP TABLE c", "DROP TABLE b"]],
  [
    "get_mut",
    `${LIST} if let Some(s) = v.get_mut(1) { *s = "DROP TABLE c"; } ${SEND_ALL}`,
    ["DROP TABLE a", "DROP TABLE c"],
  ],
  ["an element", `${LIST} v[0] = "DROP TABLE c"; ${SEND_ALL}`, ["DROP TABLE c", "DROP TABLE b"]],
  [
    "an element's text",
    `let mut v = vec![String::from("DROP TABLE a")]; v[0].push_str(", t"); for s in v { ${SEND} }`,
    ["DROP TABLE a, t"],
  ],
  [
    "a tuple's part",
    'let mut p = ("DROP TABLE a", 1); p.0 = "DROP TABLE b"; db.execute_unprepared(p.0).await?;',
    ["DROP TABLE b"],
  ],
  [
    "ref mut",
    `let mut o = Some(String::from("DROP TABLE a")); if let Some(ref mut r) = o { r.push_str(", t"); } let s = o.unwrap(); ${SEND}`,
    ["DROP TABLE a, t"],
  ],
  [
    "as_mut",
    `let mut o = Some(String::from("DROP TABLE a")); o.as_mut().unwrap().push_str(", t"); let s = o.unwrap(); ${SEND}`,
    ["DROP TABLE a, t"],
  ],
  ["a closure that changes", `${TEXT} let mut f = |t: &str| s.push_str(t); f(", t"); ${SEND}`, ["DROP TABLE a, t"]],
  ["an own function that changes", `${TEXT} add(&mut s); ${SEND}`, ["DROP TABLE a, t"]],
  ["a macro of elsewhere", `${TEXT} other::add!(s); ${SEND}`, null],
  [
    "an element under cfg",
    'let v = vec!["DROP TABLE a", #[cfg(feature = "x")] "DROP TABLE b"]; for s in v { db.execute_unprepared(s).await?; }',
    null,
  ],
  ["a statement under cfg", `${TEXT} #[cfg(feature = "x")] s.push_str(", t"); ${SEND}`, null],
  ["a let under cfg", `let s = "DROP TABLE a"; #[cfg(feature = "x")] let s = "DROP TABLE b"; ${SEND}`, null],
  ["a block under cfg", `let s = "DROP TABLE a"; #[cfg(unix)] { ${SEND} }`, null],
  ["cfg!", `let s = "DROP TABLE a"; if cfg!(debug_assertions) { ${SEND} }`, null],
  [
    "while let over pop",
    `${LIST} while let Some(s) = v.pop() { db.execute_unprepared(s).await?; }`,
    ["DROP TABLE b", "DROP TABLE a"],
  ],
  [
    "a copy stays",
    `${LIST} let w = v.clone(); v.clear(); for s in w { db.execute_unprepared(s).await?; }`,
    ["DROP TABLE a", "DROP TABLE b"],
  ],
  [
    "Cell::set",
    `let c = std::cell::Cell::new("DROP TABLE a"); c.set("DROP TABLE b"); db.execute_unprepared(c.get()).await?;`,
    ["DROP TABLE b"],
  ],
  [
    "RefCell",
    `let c = RefCell::new(String::from("DROP TABLE a")); c.borrow_mut().push_str(", t"); db.execute_unprepared(&c.borrow()).await?;`,
    ["DROP TABLE a, t"],
  ],
];

describe("effects in Rust", () => {
  it.each(FORMS)("%s is right or opaque", async (_name, body, right) => {
    const found = await sqlOf(body, 'fn add(s: &mut String) { s.push_str(", t"); }');
    if (found !== "opaque") expect(found).toEqual(right);
  });

  it.each(["write!", "push_str through", "extend", "append", "insert", "truncate", "reverse", "+="])(
    "%s is followed",
    async (name) => {
      const [, body = "", right] = FORMS.find((form) => form[0] === name) ?? [];
      expect(await sqlOf(body)).toEqual(right);
    },
  );
});
