import { change, type Effect, type Ref, type Vars } from "./meaning.js";

const effect = (
  name: string,
  code: (s: string, vars: Vars, id: number) => string,
  to: (text: string, id: number) => string | null,
): Effect => ({
  name,
  code: (vars, id) => code(vars.s.place, vars, id),
  run: (vars, id) => change(vars.s, (text) => to(text, id)),
});

/** Whatever the text was, it is this afterwards. */
const setting = (
  name: string,
  code: (s: string, vars: Vars, id: number) => string,
  to: (id: number) => string,
): Effect => ({
  name,
  code: (vars, id) => code(vars.s.place, vars, id),
  run: (vars, id) => {
    vars.s.box.value = to(id);
  },
});

/** Effects whose meaning needs more than the one text. */
const between = (
  name: string,
  code: (s: string, vars: Vars, id: number) => string,
  run: (vars: Vars, id: number) => void,
): Effect => ({ name, code: (vars, id) => code(vars.s.place, vars, id), run });

const unknown = (name: string, code: (s: string, vars: Vars, id: number) => string): Effect =>
  effect(name, code, () => null);

function swap<T>(a: Ref<T>, b: Ref<T>): void {
  const held = a.box.value;
  a.box.value = b.box.value;
  b.box.value = held;
}

/** Changes of a text that the language defines. */
const KNOWN: readonly Effect[] = [
  effect(
    "push_str",
    (s, _, id) => `${s}.push_str("k${id}");`,
    (x, id) => `${x}k${id}`,
  ),
  effect(
    "push",
    (s) => `${s}.push('z');`,
    (x) => `${x}z`,
  ),
  effect(
    "+=",
    (s, _, id) => `${s} += "k${id}";`,
    (x, id) => `${x}k${id}`,
  ),
  setting(
    "=",
    (s, _, id) => `${s} = String::from("k${id}");`,
    (id) => `k${id}`,
  ),
  setting(
    "= to_string",
    (s, _, id) => `${s} = "k${id}".to_string();`,
    (id) => `k${id}`,
  ),
  effect(
    "write!",
    (s, _, id) => `write!(${s}, "{}-{}", "k", ${id}).unwrap();`,
    (x, id) => `${x}k-${id}`,
  ),
  effect(
    "write! with ?",
    (s, _, id) => `let _ = write!(&mut ${s}, "{0}{0}", ${id});`,
    (x, id) => `${x}${id}${id}`,
  ),
  effect(
    "writeln!",
    (s, _, id) => `writeln!(${s}, "k{}", ${id}).unwrap();`,
    (x, id) => `${x}k${id}\n`,
  ),
  effect(
    "write_str",
    (s) => `${s}.write_str("w").unwrap();`,
    (x) => `${x}w`,
  ),
  effect(
    "insert_str",
    (s, _, id) => `${s}.insert_str(0, "k${id}");`,
    (x, id) => `k${id}${x}`,
  ),
  effect(
    "insert",
    (s) => `${s}.insert(0, 'i');`,
    (x) => `i${x}`,
  ),
  effect(
    "truncate",
    (s) => `${s}.truncate(2);`,
    (x) => x.slice(0, 2),
  ),
  setting(
    "clear",
    (s) => `${s}.clear();`,
    () => "",
  ),
  effect(
    "pop",
    (s) => `${s}.pop();`,
    (x) => x.slice(0, -1),
  ),
  effect(
    "uppercase in place",
    (s) => `${s}.make_ascii_uppercase();`,
    (x) => x.toUpperCase(),
  ),
  effect(
    "retain",
    (s) => `${s}.retain(|c| c != 'k');`,
    (x) => x.replaceAll("k", ""),
  ),
  effect(
    "extend",
    (s, _, id) => `${s}.extend(["e", "${id}"]);`,
    (x, id) => `${x}e${id}`,
  ),
  effect(
    "replace_range",
    (s) => `${s}.replace_range(0..0, "r");`,
    (x) => `r${x}`,
  ),
  effect(
    "drain",
    (s) => `if ${s}.len() > 1 { ${s}.drain(..1); }`,
    (x) => (x.length > 1 ? x.slice(1) : x),
  ),
  effect(
    "replace",
    (s) => `${s} = ${s}.replace("k", "mm");`,
    (x) => x.replaceAll("k", "mm"),
  ),
  effect(
    "replacen",
    (s) => `${s} = ${s}.replacen("k", "m", 1);`,
    (x) => x.replace("k", "m"),
  ),
  effect(
    "to_uppercase",
    (s) => `${s} = ${s}.to_uppercase();`,
    (x) => x.toUpperCase(),
  ),
  effect(
    "trim",
    (s) => `${s} = format!("  {} ", ${s}).trim().to_string();`,
    (x) => x.trim(),
  ),
  effect(
    "chars rev",
    (s) => `${s} = ${s}.chars().rev().collect();`,
    (x) => [...x].reverse().join(""),
  ),
  effect(
    "chars filter",
    (s) => `${s} = ${s}.chars().filter(|c| *c != 'k').collect::<String>();`,
    (x) => x.replaceAll("k", ""),
  ),
  effect(
    "split join",
    (s) => `${s} = ${s}.split("k").collect::<Vec<_>>().join("-");`,
    (x) => x.replaceAll("k", "-"),
  ),
  effect(
    "own function",
    (s, _, id) => `add(&mut ${s}, "k${id}");`,
    (x, id) => `${x}k${id}`,
  ),
  effect(
    "own function of another module",
    (s) => `crate::tools::mark(&mut ${s});`,
    (x) => `${x}!`,
  ),
  effect(
    "own method of a trait",
    (s) => `${s}.shout();`,
    (x) => `${x}LOUD`,
  ),
  effect(
    "default method of a trait",
    (s) => `${s}.shout_twice();`,
    (x) => `${x}LOUDLOUD`,
  ),
  effect(
    "own macro",
    (s, _, id) => `append!(${s}, "k${id}");`,
    (x, id) => `${x}k${id}`,
  ),
  effect(
    "own macro that repeats",
    (s) => `append_all!(${s}, "a", "b");`,
    (x) => `${x}ab`,
  ),
  effect(
    "a closure",
    (s) => `let mut f = |x: &str| ${s}.push_str(x); f("1"); f("2");`,
    (x) => `${x}12`,
  ),
  effect(
    "a closure that nobody calls",
    (s) => `let _f = |x: &str| ${s}.push_str(x);`,
    (x) => x,
  ),
  effect(
    "a closure that moves a copy",
    (s) => `let mut c = ${s}.clone(); let mut f = move |x: &str| { c.push_str(x); c.clone() }; f("1"); ${s} = f("2");`,
    (x) => `${x}12`,
  ),
  effect(
    "a closure in a function's argument",
    (s) => `twice(|| ${s}.push('c'));`,
    (x) => `${x}cc`,
  ),
  effect(
    "RefCell",
    (s) => `let c = std::cell::RefCell::new(${s}.clone()); c.borrow_mut().push('c'); ${s} = c.into_inner();`,
    (x) => `${x}c`,
  ),
  effect(
    "RefCell kept outside",
    (s) =>
      `let c = RefCell::new(String::from("a")); { let mut g = c.borrow_mut(); g.push('c'); } ${s}.push_str(&c.borrow());`,
    (x) => `${x}ac`,
  ),
  effect(
    "Cell",
    (s) => `let c = Cell::new("a"); c.set("b"); ${s}.push_str(c.get());`,
    (x) => `${x}b`,
  ),
  effect(
    "Cell replace",
    (s) => `let c = Cell::new("a"); ${s}.push_str(c.replace("b")); ${s}.push_str(c.get());`,
    (x) => `${x}ab`,
  ),
  effect(
    "Rc of RefCell",
    (s) =>
      `let a = Rc::new(RefCell::new(String::new())); let b = a.clone(); b.borrow_mut().push('c'); ${s}.push_str(&a.borrow());`,
    (x) => `${x}c`,
  ),
  effect(
    "Rc::clone of a RefCell",
    (s) =>
      `let a = Rc::new(RefCell::new(String::new())); let b = Rc::clone(&a); *b.borrow_mut() = "q".into(); ${s}.push_str(&a.borrow());`,
    (x) => `${x}q`,
  ),
  effect(
    "Mutex",
    (s) => `let a = Mutex::new(String::new()); a.lock().unwrap().push('c'); ${s}.push_str(&a.lock().unwrap());`,
    (x) => `${x}c`,
  ),
  effect(
    "own struct",
    (s) => `let mut h = Holder { text: ${s}.clone() }; h.add("h"); ${s} = h.text;`,
    (x) => `${x}h`,
  ),
  effect(
    "own struct's field",
    (s) => `let mut h = Holder { text: ${s}.clone() }; h.text.push('f'); ${s} = h.text.clone();`,
    (x) => `${x}f`,
  ),
  effect(
    "own struct, consumed",
    (s) => `let h = Holder { text: ${s}.clone() }; ${s} = h.with("w").with("x").text;`,
    (x) => `${x}wx`,
  ),
  effect(
    "own Deref",
    (s) => `let mut h = Wrapped(${s}.clone()); h.push('d'); ${s} = h.0;`,
    (x) => `${x}d`,
  ),
  effect(
    "own Display",
    (s) => `${s}.push_str(&Shown("x").to_string()); write!(${s}, "{}", Shown("y")).unwrap();`,
    (x) => `${x}<x><y>`,
  ),
  effect(
    "own From",
    (s) => `let h: Holder = "x".into(); ${s}.push_str(&h.text);`,
    (x) => `${x}from x`,
  ),
  effect(
    "own Default",
    (s) => `let h = Holder::default(); ${s}.push_str(&h.text);`,
    (x) => `${x}default`,
  ),
  effect(
    "own Add",
    (s) => `let h = Wrapped(${s}.clone()) + "a"; ${s} = h.0;`,
    (x) => `${x}+a`,
  ),
  effect(
    "own AddAssign",
    (s) => `let mut h = Wrapped(${s}.clone()); h += "a"; ${s} = h.0;`,
    (x) => `${x}+=a`,
  ),
  effect(
    "own PartialEq",
    (s) => `if Sly("a") == Sly("a") { ${s}.push('='); }`,
    (x) => x,
  ),
  effect(
    "own Index",
    (s) => `${s}.push_str(&Wrapped("w".to_string())[3]);`,
    (x) => `${x}w`,
  ),
  effect(
    "own Iterator",
    (s) => `for x in Count(0) { ${s}.push_str(&x.to_string()); }`,
    (x) => `${x}12`,
  ),
  effect(
    "own Drop",
    (s) => `{ let _d = Dropped(&mut ${s}); }`,
    (x) => `${x}dropped`,
  ),
  effect(
    "a generic function",
    (s) => `${s}.push_str(&shown(7)); ${s}.push_str(&shown("g"));`,
    (x) => `${x}7g`,
  ),
  effect(
    "a generic's constant",
    (s) => `${s}.push_str(&named::<First>()); ${s}.push_str(&named::<Second>());`,
    (x) => `${x}firstsecond`,
  ),
  effect(
    "a const generic",
    (s) => `${s}.push_str(&counted::<3>());`,
    (x) => `${x}3`,
  ),
  effect(
    "a trait object",
    (s) =>
      `let all: Vec<Box<dyn Named>> = vec![Box::new(First), Box::new(Second)]; for x in &all { ${s}.push_str(x.name()); }`,
    (x) => `${x}firstsecond`,
  ),
  effect(
    "Cow",
    (s) => `let mut c = std::borrow::Cow::Borrowed("a"); c.to_mut().push('c'); ${s}.push_str(&c);`,
    (x) => `${x}ac`,
  ),
  effect(
    "Cow +=",
    (s) => `let mut c: Cow<'_, str> = Cow::from("a"); c += "c"; ${s}.push_str(&c);`,
    (x) => `${x}ac`,
  ),
  effect(
    "Box",
    (s) => `let mut b = Box::new(${s}.clone()); b.push('b'); ${s} = *b;`,
    (x) => `${x}b`,
  ),
  effect(
    "Box assigned",
    (s) => `let mut b = Box::new(String::from("a")); *b = "b".to_string(); ${s}.push_str(&b);`,
    (x) => `${x}b`,
  ),
  effect(
    "a reference of a reference",
    (s) => `let r = &mut ${s}; let q = &mut *r; q.push('q'); r.push('r');`,
    (x) => `${x}qr`,
  ),
  effect(
    "a reference given back",
    (s, { t }) => `first(&mut ${s}, &mut ${t.place}).push('p');`,
    (x) => `${x}p`,
  ),
  effect(
    "a reference in an option",
    (s) => `if let Some(x) = Some(&mut ${s}) { x.push('o'); }`,
    (x) => `${x}o`,
  ),
  effect(
    "a reference in a tuple",
    (s) => `let p = (&mut ${s}, 1); p.0.push('t');`,
    (x) => `${x}t`,
  ),
  effect(
    "a reference in a struct",
    (s) => `let p = Borrowed { text: &mut ${s} }; p.text.push('s');`,
    (x) => `${x}s`,
  ),
  effect(
    "a reference that a match takes",
    (s) => `match &mut ${s} { x if x.is_empty() => x.push('e'), x => x.push('n') }`,
    (x) => (x === "" ? "e" : `${x}n`),
  ),
  effect(
    "a match on the text",
    (s) =>
      `match ${s}.as_str() { "" => ${s} = "e".into(), x if x.starts_with("k") => ${s}.push('k'), _ => ${s}.push('n') }`,
    (x) => (x === "" ? "e" : `${x}${x.startsWith("k") ? "k" : "n"}`),
  ),
  effect(
    "a copy stays",
    (s) => `let x = ${s}.clone(); ${s}.clear(); ${s}.push_str(&x);`,
    (x) => x,
  ),
  effect(
    "shadowed",
    (s) => `let x = "a"; { let x = "b"; ${s}.push_str(x); } ${s}.push_str(x);`,
    (x) => `${x}ba`,
  ),
  effect(
    "shadowed in a match",
    (s) => `let x = "a"; match Some("m") { Some(x) => ${s}.push_str(x), None => {} } ${s}.push_str(x);`,
    (x) => `${x}ma`,
  ),
  effect(
    "shadowed in an if let",
    (s) => `let x = Some("a"); if let Some(x) = x { ${s}.push_str(x); }`,
    (x) => `${x}a`,
  ),
  effect(
    "shadowed in a loop",
    (s) => `let x = "a"; for x in ["l", "m"] { ${s}.push_str(x); } ${s}.push_str(x);`,
    (x) => `${x}lma`,
  ),
  effect(
    "shadowed in a closure",
    (s) => `let x = "a"; let f = |x: &str| x.to_uppercase(); ${s}.push_str(&f("c")); ${s}.push_str(x);`,
    (x) => `${x}Ca`,
  ),
  effect(
    "a const",
    (s) => `${s}.push_str(NAME);`,
    (x) => `${x}name`,
  ),
  effect(
    "a local const before an outer one",
    (s) => `{ const NAME: &str = "local"; ${s}.push_str(NAME); }`,
    (x) => `${x}local`,
  ),
  effect(
    "a const fn",
    (s) => `${s}.push_str(constant(2));`,
    (x) => `${x}two`,
  ),
  effect(
    "a static",
    (s) => `${s}.push_str(SHARED);`,
    (x) => `${x}shared`,
  ),
  effect(
    "an associated const",
    (s) => `${s}.push_str(Holder::KIND);`,
    (x) => `${x}kind`,
  ),
  effect(
    "concat!",
    (s) => `${s}.push_str(concat!("a", 1, true, 'c', 2.5));`,
    (x) => `${x}a1truec2.5`,
  ),
  effect(
    "stringify!",
    (s) => `${s}.push_str(stringify!(ab));`,
    (x) => `${x}ab`,
  ),
  effect(
    "include_str!",
    (s) => `${s}.push_str(include_str!("../text.txt").trim());`,
    (x) => `${x}included`,
  ),
  effect(
    "format! with names",
    (s, _, id) => `let w = "n"; ${s} = format!("{w}{a}{}{a}", ${s}, a = ${id});`,
    (x, id) => `n${id}${x}${id}`,
  ),
  effect(
    "format! with positions",
    (s) => `${s} = format!("{1}{0}{1}", ${s}, "p");`,
    (x) => `p${x}p`,
  ),
  effect(
    "format! mixing positions",
    (s) => `${s} = format!("{}{0}{}", "a", ${s});`,
    (x) => `aa${x}`,
  ),
  effect(
    "format! with widths",
    (s) => `${s}.push_str(&format!("{:03}|{:>3}|{:<3}|{:^3}|{:+}", 7, "a", "b", "c", 1));`,
    (x) => `${x}007|  a|b  | c |+1`,
  ),
  effect(
    "format! with a width given",
    (s) => `${s}.push_str(&format!("{:1$}|{:w$}", 7, 3, w = 2));`,
    (x) => `${x}  7| 3`,
  ),
  effect(
    "format! with bases",
    (s) => `${s}.push_str(&format!("{:x}{:#b}{:.2}{:e}", 255, 5, 1.0, 100));`,
    (x) => `${x}ff0b1011.001e2`,
  ),
  effect(
    "format! with Debug",
    (s) => `${s}.push_str(&format!("{:?}{:?}", "a", Some(1)));`,
    (x) => `${x}"a"Some(1)`,
  ),
  effect(
    "format! with braces",
    (s) => `${s}.push_str(&format!("{{{}}}", 1));`,
    (x) => `${x}{1}`,
  ),
  effect(
    "numbers",
    (s) => `${s}.push_str(&format!("{}{}{}", 7 / 2, -7 % 3, 1u8.wrapping_sub(2)));`,
    (x) => `${x}3-1255`,
  ),
  effect(
    "floats",
    (s) => `${s}.push_str(&format!("{} {} {}", 1.0, 0.1 + 0.2, 1e3));`,
    (x) => `${x}1 0.30000000000000004 1000`,
  ),
  effect(
    "casts",
    (s) => `${s}.push_str(&format!("{} {} {}", 300i32 as u8, -1i32 as u32, 'a' as u32));`,
    (x) => `${x}44 4294967295 97`,
  ),
  effect(
    "hex",
    (s) => `${s}.push_str(&format!("{} {}", 0xff, 1_000));`,
    (x) => `${x}255 1000`,
  ),
  effect(
    "a labelled block",
    (s) => `'b: { if ${s}.len() > 3 { break 'b; } ${s}.push('b'); }`,
    (x) => (x.length > 3 ? x : `${x}b`),
  ),
  effect(
    "a value of a labelled block",
    (s) => `${s}.push_str('b: { if 1 < 2 { break 'b "y"; } "n" });`,
    (x) => `${x}y`,
  ),
  effect(
    "a value of a loop",
    (s) => `${s}.push_str(loop { break "l"; });`,
    (x) => `${x}l`,
  ),
  effect(
    "labels",
    (s) => `'a: for i in 0..3 { for j in 0..3 { if j == 1 { continue 'a; } if i == 2 { break 'a; } ${s}.push('l'); } }`,
    (x) => `${x}ll`,
  ),
  effect(
    "continue",
    (s) => `for i in 0..4 { if i % 2 == 0 { continue; } ${s}.push_str(&i.to_string()); }`,
    (x) => `${x}13`,
  ),
  effect(
    "a while",
    (s) => `let mut i = 0; while i < 3 { ${s}.push('w'); i += 1; }`,
    (x) => `${x}www`,
  ),
  effect(
    "a while let",
    (s) => `let mut w = vec!["1", "2"]; while let Some(x) = w.pop() { ${s}.push_str(x); }`,
    (x) => `${x}21`,
  ),
  effect(
    "an iterator by hand",
    (s) => `let mut i = ["1", "2", "3"].iter(); i.next(); while let Some(x) = i.next() { ${s}.push_str(x); }`,
    (x) => `${x}23`,
  ),
  effect(
    "a peekable iterator",
    (s) =>
      `let mut i = ["1", "2"].iter().peekable(); while let Some(x) = i.next() { ${s}.push_str(x); if i.peek().is_some() { ${s}.push(','); } }`,
    (x) => `${x}1,2`,
  ),
  effect(
    "let else",
    (s) => `let Some(x) = Some("e") else { panic!() }; ${s}.push_str(x);`,
    (x) => `${x}e`,
  ),
  effect(
    "an if let chain",
    (s) => `if let Some(x) = Some("c") && x.len() == 1 { ${s}.push_str(x); }`,
    (x) => `${x}c`,
  ),
  effect(
    "a match guard",
    (s) => `match 5 { x if x > 9 => ${s}.push('9'), 1..=5 => ${s}.push('5'), _ => ${s}.push('_') }`,
    (x) => `${x}5`,
  ),
  effect(
    "match on a tuple",
    (s) => `match (1, "b") { (1, x @ ("a" | "b")) => ${s}.push_str(x), _ => ${s}.push('_') }`,
    (x) => `${x}b`,
  ),
  effect(
    "match on a slice",
    (s) => `match &["a", "b", "c"][..] { [f, .., l] => { ${s}.push_str(f); ${s}.push_str(l); } _ => {} }`,
    (x) => `${x}ac`,
  ),
  effect(
    "match on own enum",
    (s) =>
      `match Kind::B(2) { Kind::A => ${s}.push('a'), Kind::B(n) if n > 5 => ${s}.push('5'), Kind::B(_) => ${s}.push('b') }`,
    (x) => `${x}b`,
  ),
  effect(
    "match on a const",
    (s) => `match 3 { LIMIT => ${s}.push('l'), _ => ${s}.push('o') }`,
    (x) => `${x}l`,
  ),
  effect(
    "matches!",
    (s) => `if matches!(Kind::B(2), Kind::B(n) if n == 2) { ${s}.push('m'); }`,
    (x) => `${x}m`,
  ),
  effect(
    "? on a result",
    (s) =>
      `${s}.push_str(&fallible(true).unwrap_or_else(|e| e)); ${s}.push_str(&fallible(false).unwrap_or_else(|e| e));`,
    (x) => `${x}okno`,
  ),
  effect(
    "? that leaves a function",
    (s) => `early(&mut ${s}).ok();`,
    (x) => `${x}before`,
  ),
  effect(
    "? on an option",
    (s) => `${s}.push_str(second(&["1", "2"]).unwrap_or("none")); ${s}.push_str(second(&["1"]).unwrap_or("none"));`,
    (x) => `${x}2none`,
  ),
  effect(
    "map_or",
    (s) => `${s}.push_str(&Some("x").map_or(String::new(), |x| x.to_uppercase()));`,
    (x) => `${x}X`,
  ),
  effect(
    "and_then",
    (s) => `${s}.push_str(Some("x").and_then(|x| if x == "x" { Some("y") } else { None }).unwrap_or("z"));`,
    (x) => `${x}y`,
  ),
  effect(
    "unwrap_or of None",
    (s) => `let q: Option<&str> = None; ${s}.push_str(q.unwrap_or("z")); ${s}.push_str(q.unwrap_or_default());`,
    (x) => `${x}z`,
  ),
  effect(
    "parse",
    (s) => `${s}.push_str(&("007".parse::<i32>().unwrap() + 1).to_string());`,
    (x) => `${x}8`,
  ),
  effect(
    "parse that fails",
    (s) => `if "x".parse::<i32>().is_err() { ${s}.push('p'); }`,
    (x) => `${x}p`,
  ),
  effect(
    "bytes",
    (s) => `${s}.push_str(std::str::from_utf8(b"ab").unwrap()); ${s}.push(b'c' as char);`,
    (x) => `${x}abc`,
  ),
  effect(
    "escapes",
    (s) => `${s}.push_str("a\\x41\\u{42}\\\n   c");`,
    (x) => `${x}aABc`,
  ),
  effect(
    "a raw text",
    (s) => `${s}.push_str(r#"a\\n"b"#);`,
    (x) => `${x}a\\n"b`,
  ),
  effect(
    "a thread_local or a static Mutex",
    (s) => `{ let mut g = LOG.lock().unwrap(); g.clear(); g.push('g'); } ${s}.push_str(&LOG.lock().unwrap());`,
    (x) => `${x}g`,
  ),
  effect(
    "cfg(test)",
    (s) => `#[cfg(test)] ${s}.push('t');`,
    (x) => x,
  ),
  effect(
    "cfg(not(test))",
    (s) => `#[cfg(not(test))] ${s}.push('n');`,
    (x) => `${x}n`,
  ),
  effect(
    "cfg!(test)",
    (s) => `if cfg!(test) { ${s}.push('t'); } else { ${s}.push('n'); }`,
    (x) => `${x}n`,
  ),
  effect(
    "debug printing",
    (s) => `println!("{}", ${s}); eprintln!("{:?}", &${s});`,
    (x) => x,
  ),
  effect(
    "an assertion with an effect",
    (s) => `assert!({ ${s}.push('a'); true });`,
    (x) => `${x}a`,
  ),
  effect(
    "&& with an effect",
    (s) => `let _ = false && { ${s}.push('x'); true }; let _ = true && { ${s}.push('y'); true };`,
    (x) => `${x}y`,
  ),
  effect(
    "|| with an effect",
    (s) => `let _ = true || { ${s}.push('x'); true }; let _ = false || { ${s}.push('y'); true };`,
    (x) => `${x}y`,
  ),
  effect(
    "an effect in an argument",
    (s) => `let _ = [{ ${s}.push('1'); 1 }, { ${s}.push('2'); 2 }];`,
    (x) => `${x}12`,
  ),
  effect(
    "an effect in an index",
    (s) => `let a = ["p", "q"]; let i = { ${s}.push('i'); 1 }; ${s}.push_str(a[i]);`,
    (x) => `${x}iq`,
  ),
  effect(
    "ranges",
    (s) => `${s}.push_str(&"abcdef"[1..3]); ${s}.push_str(&"abcdef"[4..]);`,
    (x) => `${x}bcef`,
  ),
  effect(
    "inclusive range",
    (s) => `for i in (1..=3).rev() { ${s}.push_str(&i.to_string()); }`,
    (x) => `${x}321`,
  ),
  effect(
    "step_by",
    (s) => `for i in (0..6).step_by(2) { ${s}.push_str(&i.to_string()); }`,
    (x) => `${x}024`,
  ),
  effect(
    "sum",
    (s) => `${s}.push_str(&[1, 2, 3].iter().sum::<i32>().to_string());`,
    (x) => `${x}6`,
  ),
];

/** Adaptors of iterators: their code runs when and as far as something consumes them. */
const LAZY: readonly Effect[] = [
  effect(
    "map that nothing consumes",
    (s) => `let _ = ["x"].iter().map(|x| ${s}.push_str(x));`,
    (x) => x,
  ),
  effect(
    "map, next",
    (s) => `let _ = ["x", "y"].iter().map(|x| ${s}.push_str(x)).next();`,
    (x) => `${x}x`,
  ),
  effect(
    "map, count",
    (s) => `["x", "y"].iter().map(|x| ${s}.push_str(x)).for_each(drop);`,
    (x) => `${x}xy`,
  ),
  effect(
    "map, take",
    (s) => `["x", "y"].iter().map(|x| ${s}.push_str(x)).take(1).for_each(drop);`,
    (x) => `${x}x`,
  ),
  effect(
    "take, map",
    (s) => `["x", "y", "z"].iter().take(2).map(|x| ${s}.push_str(x)).for_each(drop);`,
    (x) => `${x}xy`,
  ),
  effect(
    "map, collect",
    (s) => `let _v: Vec<()> = ["x", "y"].iter().map(|x| ${s}.push_str(x)).collect();`,
    (x) => `${x}xy`,
  ),
  effect(
    "map, last",
    (s) => `["x", "y"].iter().map(|x| ${s}.push_str(x)).last();`,
    (x) => `${x}xy`,
  ),
  effect(
    "inspect, for",
    (s) => `for _ in ["x"].iter().inspect(|x| ${s}.push_str(x)) {}`,
    (x) => `${x}x`,
  ),
  effect(
    "filter, next",
    (s) => `["x", "y"].iter().filter(|x| { ${s}.push_str(x); **x == "x" }).next();`,
    (x) => `${x}x`,
  ),
  effect(
    "any",
    (s) => `["x", "y"].iter().any(|x| { ${s}.push_str(x); true });`,
    (x) => `${x}x`,
  ),
  effect(
    "all",
    (s) => `["x", "y"].iter().all(|x| { ${s}.push_str(x); true });`,
    (x) => `${x}xy`,
  ),
  effect(
    "find",
    (s) => `["x", "y", "z"].iter().find(|x| { ${s}.push_str(x); **x == "y" });`,
    (x) => `${x}xy`,
  ),
  effect(
    "position",
    (s) => `["x", "y"].iter().position(|x| { ${s}.push_str(x); *x == "x" });`,
    (x) => `${x}x`,
  ),
  effect(
    "fold",
    (s) => `let f = ["x", "y"].iter().fold(String::new(), |a, x| a + x); ${s}.push_str(&f);`,
    (x) => `${x}xy`,
  ),
  effect(
    "scan",
    (s) =>
      `let f: Vec<usize> = [1usize, 2].iter().scan(0, |a, x| { *a += x; Some(*a) }).collect(); ${s}.push_str(&format!("{}", f[1]));`,
    (x) => `${x}3`,
  ),
  effect(
    "filter_map",
    (s) =>
      `let f: Vec<&str> = ["x", "y"].into_iter().filter_map(|x| if x == "y" { Some(x) } else { None }).collect(); ${s}.push_str(&f.concat());`,
    (x) => `${x}y`,
  ),
  effect(
    "flat_map",
    (s) =>
      `let f: String = ["x", "y"].iter().flat_map(|x| [x.to_string(), "-".to_string()]).collect(); ${s}.push_str(&f);`,
    (x) => `${x}x-y-`,
  ),
  effect(
    "zip",
    (s) => `for (a, b) in ["x", "y"].iter().zip(1..) { ${s}.push_str(a); ${s}.push_str(&b.to_string()); }`,
    (x) => `${x}x1y2`,
  ),
  effect(
    "zip that cuts",
    (s) => `["x", "y"].iter().map(|x| ${s}.push_str(x)).zip([1]).for_each(drop);`,
    (x) => `${x}x`,
  ),
  effect(
    "enumerate",
    (s) => `for (i, x) in ["x", "y"].iter().enumerate() { ${s}.push_str(&format!("{i}{x}")); }`,
    (x) => `${x}0x1y`,
  ),
  effect(
    "skip_while",
    (s) => `for x in ["a", "b", "a"].iter().skip_while(|x| **x == "a") { ${s}.push_str(x); }`,
    (x) => `${x}ba`,
  ),
  effect(
    "take_while",
    (s) => `for x in ["a", "b", "a"].iter().take_while(|x| **x == "a") { ${s}.push_str(x); }`,
    (x) => `${x}a`,
  ),
  effect(
    "chain",
    (s) => `for x in ["a"].iter().chain(["b"].iter()).rev() { ${s}.push_str(x); }`,
    (x) => `${x}ba`,
  ),
  effect(
    "cycle",
    (s) => `for x in ["a", "b"].iter().cycle().take(3) { ${s}.push_str(x); }`,
    (x) => `${x}aba`,
  ),
  effect(
    "repeat",
    (s) => `for x in std::iter::repeat("r").take(2) { ${s}.push_str(x); }`,
    (x) => `${x}rr`,
  ),
  effect(
    "once",
    (s) => `for x in std::iter::once("o") { ${s}.push_str(x); }`,
    (x) => `${x}o`,
  ),
  effect(
    "from_fn",
    (s) =>
      `let mut c = 0; let i = std::iter::from_fn(move || { c += 1; if c < 3 { Some(c) } else { None } }); for x in i { ${s}.push_str(&x.to_string()); }`,
    (x) => `${x}12`,
  ),
  effect(
    "windows",
    (s) => `for w in ["a", "b", "c"].windows(2) { ${s}.push_str(w[1]); }`,
    (x) => `${x}bc`,
  ),
  effect(
    "chunks",
    (s) => `for w in ["a", "b", "c"].chunks(2) { ${s}.push_str(&w.concat()); ${s}.push('|'); }`,
    (x) => `${x}ab|c|`,
  ),
  effect(
    "max",
    (s) => `${s}.push_str(["b", "c", "a"].iter().max().unwrap());`,
    (x) => `${x}c`,
  ),
  effect(
    "partition",
    (s) =>
      `let (a, b): (Vec<i32>, Vec<i32>) = [1, 2, 3].into_iter().partition(|x| x % 2 == 0); ${s}.push_str(&format!("{}{}", a.len(), b.len()));`,
    (x) => `${x}12`,
  ),
  effect(
    "into a set",
    (s) =>
      `let b: std::collections::BTreeSet<&str> = ["b", "a", "b"].into_iter().collect(); for x in b { ${s}.push_str(x); }`,
    (x) => `${x}ab`,
  ),
  effect(
    "into a map",
    (s) =>
      `let mut m = std::collections::BTreeMap::new(); m.insert("b", 1); m.insert("a", 2); m.insert("b", 3); for (k, v) in m { ${s}.push_str(&format!("{k}{v}")); }`,
    (x) => `${x}a2b3`,
  ),
  effect(
    "by_ref",
    (s) =>
      `let mut i = ["1", "2", "3"].iter(); for x in i.by_ref().take(1) { ${s}.push_str(x); } for x in i { ${s}.push_str(x); ${s}.push('-'); }`,
    (x) => `${x}12-3-`,
  ),
  effect(
    "nth",
    (s) => `let mut i = ["1", "2", "3"].iter(); i.nth(1); ${s}.push_str(i.next().unwrap());`,
    (x) => `${x}3`,
  ),
];

/** Effects on two variables. */
const TWO: readonly Effect[] = [
  between(
    "mem::swap",
    (s, { t }) => `std::mem::swap(&mut ${s}, &mut ${t.place});`,
    ({ s, t }) => swap(s, t),
  ),
  between(
    "mem::swap by use",
    (s, { t }) => `{ use std::mem::swap; swap(&mut ${t.place}, &mut ${s}); }`,
    ({ s, t }) => swap(s, t),
  ),
  between(
    "mem::replace",
    (s, { t }, id) => `${t.place} = std::mem::replace(&mut ${s}, String::from("k${id}"));`,
    ({ s, t }, id) => {
      t.box.value = s.box.value;
      s.box.value = `k${id}`;
    },
  ),
  between(
    "mem::take",
    (s, { t }) => `${t.place} = std::mem::take(&mut ${s});`,
    ({ s, t }) => {
      t.box.value = s.box.value;
      s.box.value = "";
    },
  ),
  between(
    "mem::take under another name",
    (s, { t }) => `{ use std::mem; ${t.place} = mem::take(&mut ${s}); }`,
    ({ s, t }) => {
      t.box.value = s.box.value;
      s.box.value = "";
    },
  ),
  between(
    "both by a pattern",
    (s, { t }) => `(${s}, ${t.place}) = (${t.place}.clone(), ${s}.clone());`,
    ({ s, t }) => swap(s, t),
  ),
  between(
    "both in an array",
    (s, { t }) => `for x in [&mut ${s}, &mut ${t.place}] { x.push('z'); }`,
    ({ s, t }) => {
      for (const each of [s, t]) change(each, (x) => `${x}z`);
    },
  ),
  between(
    "both destructured",
    (s, { t }) => `let [a, b] = [&mut ${s}, &mut ${t.place}]; a.push('1'); b.push('2');`,
    ({ s, t }) => {
      change(s, (x) => `${x}1`);
      change(t, (x) => `${x}2`);
    },
  ),
  between(
    "split_off",
    (s, { t }) => `if ${s}.len() > 2 { ${t.place} = ${s}.split_off(2); }`,
    ({ s, t }) => {
      const held = s.box.value;
      if (held === null) t.box.value = null;
      else if (held.length > 2) {
        t.box.value = held.slice(2);
        s.box.value = held.slice(0, 2);
      }
    },
  ),
  between(
    "clone_from",
    (s, { t }) => `${s}.clone_from(&${t.place});`,
    ({ s, t }) => {
      s.box.value = t.box.value;
    },
  ),
  between(
    "append of the other",
    (s, { t }) => `${s} += &${t.place};`,
    ({ s, t }) => {
      const more = t.box.value;
      change(s, (x) => (more === null ? null : x + more));
    },
  ),
];

/** What nobody can know without running the code. */
const UNKNOWN: readonly Effect[] = [
  unknown("a call outside the crate", (s) => `other::change(&mut ${s});`),
  unknown("a call outside the crate, by use", (s) => `{ use other::change as edit; edit(&mut ${s}); }`),
  unknown("a method of a trait outside the crate", (s) => `{ use other::Change; ${s}.altered(); }`),
  unknown("a macro of elsewhere", (s) => `other::tweak!(${s});`),
  unknown("a closure given away", (s) => `other::call(|x: &str| ${s}.push_str(x));`),
  unknown("a closure given away in a box", (s) => `other::call_boxed(Box::new(|x: &str| ${s}.push_str(x)));`),
  unknown("a reference in a struct given away", (s) => `other::change_all(&mut [&mut ${s}]);`),
  unknown("a text of elsewhere", (s) => `${s} = other::text();`),
  unknown("a const of elsewhere", (s) => `${s}.push_str(other::NAME);`),
  unknown("a variable of the environment", (s) => `${s}.push_str(&std::env::var("PATH").unwrap_or_default());`),
  unknown("the clock", (s) => `${s}.push_str(&format!("{:?}", std::time::SystemTime::now()));`),
  unknown("what is read", (s) => `std::io::Read::read_to_string(&mut other::reader(), &mut ${s}).unwrap();`),
  unknown(
    "bytes changed in place",
    (s) => `if !${s}.is_empty() { unsafe { ${s}.as_bytes_mut()[0] = other::byte(); } }`,
  ),
  unknown("a condition of elsewhere", (s) => `if other::flag() { ${s}.push('u'); }`),
  unknown("a match on what is not known", (s) => `match other::number() { 1 => ${s}.push('1'), _ => ${s}.clear() }`),
  unknown("as many turns as nobody knows", (s) => `for _ in 0..other::number() { ${s}.push('u'); }`),
  unknown("cfg(feature)", (s) => `#[cfg(feature = "x")] ${s}.push('f');`),
  unknown("cfg(unix) on a block", (s) => `#[cfg(unix)] { ${s}.push('f'); }`),
  unknown("cfg!(debug_assertions)", (s) => `if cfg!(debug_assertions) { ${s}.push('d'); }`),
  unknown("cfg_attr", (s) => `#[cfg_attr(not(nothing), cfg(nothing))] ${s}.push('f');`),
  unknown("an or pattern of elsewhere", (s) => `if let Some("a" | "b") = other::maybe() { ${s}.push('o'); }`),
  unknown("&& of elsewhere", (s) => `let _ = other::flag() && { ${s}.push('x'); true };`),
  unknown("a loop that elsewhere ends", (s) => `loop { ${s}.push('x'); if other::flag() { break; } }`),
];

export const TEXT_EFFECTS: readonly Effect[] = [...KNOWN, ...LAZY, ...TWO, ...UNKNOWN];
