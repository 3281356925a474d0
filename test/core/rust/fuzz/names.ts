import { change, type Effect } from "./meaning.js";

/** Chooses one of so many, over and over. */
export type Choose = (count: number) => number;

/** A name of another module that a body uses, with what must stand around it. */
export interface NamedText {
  /** Lines above the migration. */
  readonly uses: string;
  /** Declarations of the crate's root. */
  readonly root: string;
  readonly files: Readonly<Record<string, string>>;
  readonly effect: Effect;
  readonly description: string;
}

/** Where a text's function can be found, as a path from the crate's root. */
interface Known {
  readonly path: readonly string[];
  readonly steps: readonly string[];
}

class Crate {
  root = "";
  readonly files: Record<string, string> = {};

  constructor(private readonly choose: Choose) {}

  /** A module of the root that holds a text, in one of the places where a module can stand. */
  add(name: string, text: string): void {
    const place = this.choose(4);
    if (place === 0) this.root += `pub mod ${name} { ${text} }\n`;
    else if (place === 1) {
      this.root += `pub mod ${name};\n`;
      this.files[`${name}.rs`] = text;
    } else if (place === 2) {
      this.root += `pub mod ${name};\n`;
      this.files[`${name}/mod.rs`] = text;
    } else {
      this.root += `#[path = "elsewhere_${name}.rs"] pub mod ${name};\n`;
      this.files[`elsewhere_${name}.rs`] = text;
    }
  }
}

const giving = (name: string, text: string, visible = "pub ") =>
  `${visible}fn ${name}() -> String { String::from("${text}") }`;

type Step = (crate: Crate, known: Known, module: string, id: string) => Known;

const named = (path: readonly string[]) => ["crate", ...path].join("::");
const parent = (path: readonly string[]) => named(path.slice(0, -1));
const last = (path: readonly string[]) => path.at(-1) ?? "";

/** Each makes the name reachable in another way; what it means stays. */
const STEPS: readonly (readonly [string, Step])[] = [
  [
    "re-export",
    (crate, { path, steps }, module) => {
      crate.add(module, `pub use ${named(path)};`);
      return { path: [module, last(path)], steps };
    },
  ],
  [
    "renamed re-export",
    (crate, { path, steps }, module, id) => {
      crate.add(module, `pub use ${named(path)} as renamed${id};`);
      return { path: [module, `renamed${id}`], steps };
    },
  ],
  [
    "glob re-export",
    (crate, { path, steps }, module) => {
      if (path.length < 2) return { path, steps };
      crate.add(module, `pub use ${parent(path)}::*;`);
      return { path: [module, last(path)], steps };
    },
  ],
  [
    "re-export of the module",
    (crate, { path, steps }, module) => {
      if (path.length < 2) return { path, steps };
      crate.add(module, `pub use ${parent(path)} as inner;`);
      return { path: [module, "inner", last(path)], steps };
    },
  ],
  [
    "through super",
    (crate, { path, steps }, module) => {
      crate.add(module, `pub mod deep { pub use super::super::${path.join("::")}; }`);
      return { path: [module, "deep", last(path)], steps };
    },
  ],
  [
    "through self",
    (crate, { path, steps }, module, id) => {
      crate.add(
        module,
        `mod deep { pub(super) use crate::${path.join("::")} as hidden; } pub fn out${id}() -> String { self::deep::hidden() }`,
      );
      return { path: [module, `out${id}`], steps };
    },
  ],
  [
    "called by another",
    (crate, { path, steps }, module, id) => {
      crate.add(module, `pub fn by${id}() -> String { ${named(path)}() }`);
      return { path: [module, `by${id}`], steps };
    },
  ],
  [
    "of a type",
    (crate, { path, steps }, module) => {
      crate.add(module, `pub struct Owner; impl Owner { pub fn given() -> String { ${named(path)}() } }`);
      return { path: [module, "Owner", "given"], steps: [...steps, "no use"] };
    },
  ],
  [
    "beside a private one",
    (crate, { path, steps }, module) => {
      crate.add(module, giving(last(path), "wrong", ""));
      return { path, steps };
    },
  ],
  [
    "beside a public one",
    (crate, { path, steps }, module) => {
      crate.add(module, giving(last(path), "wrong"));
      return { path, steps };
    },
  ],
  [
    "beside an inline module's",
    (crate, { path, steps }, module) => {
      crate.add(module, `mod inner { ${giving(last(path), "wrong")} }`);
      return { path, steps };
    },
  ],
  [
    "hides what its glob brings",
    (crate, { path, steps }, module) => {
      if (path.length < 2 || steps.includes("no use")) return { path, steps };
      crate.add(module, `pub use ${parent(path)}::*; ${giving(last(path), "own")}`);
      return { path: [module, last(path)], steps: [...steps, "own"] };
    },
  ],
];

interface Access {
  readonly uses?: string;
  readonly inside?: string;
  readonly call: string;
  /** What it gives, when that is not what the path names. */
  readonly gives?: string;
}

/** The ways in which a body can name it. */
const ACCESSES: readonly (readonly [string, (known: Known, id: string, decoy: string) => Access])[] = [
  ["by its path", ({ path }) => ({ call: named(path) })],
  ["through super", ({ path }) => ({ call: `super::${path.join("::")}` })],
  ["by use", ({ path }) => ({ uses: `use ${named(path)};`, call: last(path) })],
  ["by a renamed use", ({ path }, id) => ({ uses: `use ${named(path)} as mine${id};`, call: `mine${id}` })],
  ["by a list", ({ path }) => ({ uses: `use ${parent(path)}::{${last(path)}};`, call: last(path) })],
  ["by glob", ({ path }) => ({ uses: `use ${parent(path)}::*;`, call: last(path) })],
  ["by its module", ({ path }, id) => ({ uses: `use ${parent(path)} as m${id};`, call: `m${id}::${last(path)}` })],
  ["by a use in the block", ({ path }) => ({ inside: `use ${named(path)};`, call: last(path) })],
  ["by a glob in the block", ({ path }) => ({ inside: `use ${parent(path)}::*;`, call: last(path) })],
  ["by a function's name in a variable", ({ path }) => ({ inside: `let f = ${named(path)};`, call: "f" })],
  [
    "under one of the block",
    ({ path }) => ({
      uses: `use ${named(path)};`,
      inside: giving(last(path), "local", ""),
      call: last(path),
      gives: "local",
    }),
  ],
  [
    "with an own one before the glob's",
    ({ path }) => ({
      uses: `use ${parent(path)}::*; ${giving(last(path), "mine", "")}`,
      call: last(path),
      gives: "mine",
    }),
  ],
  [
    "with a use before another glob's",
    ({ path }, _id, decoy) => ({ uses: `use crate::${decoy}::*; use ${named(path)};`, call: last(path) }),
  ],
  [
    "with a glob of the block before an outer use",
    ({ path }, _id, decoy) => ({
      uses: `use crate::${decoy}::${last(path)};`,
      inside: `use ${named(path)};`,
      call: last(path),
    }),
  ],
];

/** A text in another module, made reachable by a few steps, and used in one of the ways. */
export function namedText(number: number, choose: Choose): NamedText {
  const crate = new Crate(choose);
  const base = `base${number}`;
  const name = `kind${number}`;
  const value = `named${number}`;
  crate.add(base, giving(name, value));
  let known: Known = { path: [base, name], steps: [] };
  const described: string[] = [];
  for (let turn = choose(4); turn > 0; turn--) {
    const [title, step] = STEPS[choose(STEPS.length)] ?? [];
    if (!step) break;
    described.push(title ?? "");
    known = step(crate, known, `way${number}_${turn}`, `${number}_${turn}`);
  }
  const decoy = `decoy${number}`;
  crate.add(decoy, giving(last(known.path), "wrong"));
  const [title = "", access] = ACCESSES[known.steps.includes("no use") ? choose(2) : choose(ACCESSES.length)] ?? [];
  const used = access?.(known, `${number}`, decoy) ?? { call: named(known.path) };
  const given = used.gives ?? (known.steps.includes("own") ? "own" : value);
  return {
    uses: used.uses ?? "",
    root: crate.root,
    files: crate.files,
    description: [...described, title].join(", "),
    effect: {
      name: `a name: ${[...described, title].join(", ")}`,
      code: ({ s }) => `{ ${used.inside ?? ""} ${s.place}.push_str(&${used.call}()); }`,
      run: ({ s }) => change(s, (text) => text + given),
    },
  };
}
