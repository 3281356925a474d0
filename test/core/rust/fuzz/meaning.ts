/** What a variable holds; null where it cannot be known before the code runs. */
export interface Box<T> {
  value: T | null;
}

/** A variable of the model: how the code at this place names it, and what it holds. */
export interface Ref<T> {
  readonly place: string;
  readonly box: Box<T>;
}

/** The variables that every piece of a body can use: two texts, a list, an option and a number. */
export interface Vars {
  readonly s: Ref<string>;
  readonly t: Ref<string>;
  readonly v: Ref<readonly string[]>;
  /** `undefined` stands for `None`. */
  readonly o: Ref<string | undefined>;
  readonly n: Ref<number>;
}

/** What a body does. */
export interface Meaning {
  readonly sent: string[];
  /** Set when what is sent, or whether, cannot be known. */
  unknown: boolean;
  /** Set when the function may have ended before. */
  mayHaveEnded: boolean;
}

export class Returned {}

export function send(meaning: Meaning, text: string | null): void {
  if (text === null || meaning.mayHaveEnded) meaning.unknown = true;
  else meaning.sent.push(text);
}

/** Changes what a variable holds; an unknown value stays one. */
export function change<T>({ box }: Ref<T>, to: (value: T) => T | null): void {
  box.value = box.value === null ? null : to(box.value);
}

const boxesOf = (vars: Vars): readonly Box<unknown>[] => Object.values(vars).map((ref: Ref<unknown>) => ref.box);

/** Code that may or may not run: what it changes is unknown afterwards. */
export function maybe(meaning: Meaning, vars: Vars, work: () => void): void {
  const before = boxesOf(vars).map((box) => box.value);
  const sent = meaning.sent.length;
  try {
    work();
  } catch (signal) {
    if (!(signal instanceof Returned)) throw signal;
    meaning.mayHaveEnded = true;
  }
  if (meaning.sent.length > sent) {
    meaning.sent.length = sent;
    meaning.unknown = true;
  }
  for (const [at, box] of boxesOf(vars).entries()) {
    if (JSON.stringify(box.value) !== JSON.stringify(before[at])) box.value = null;
  }
}

/** One piece of a body. `id` makes its names and texts its own. */
export interface Effect {
  readonly name: string;
  /** True for a statement that a closure or an inner function cannot hold: it sends, or leaves the function. */
  readonly outside?: boolean;
  code(vars: Vars, id: number): string;
  run(vars: Vars, id: number, meaning: Meaning): void;
}

/** Code around other code. */
export interface Wrapper {
  readonly name: string;
  /** True when what is inside runs in a function or closure of its own. */
  readonly apart?: boolean;
  /** The variables as the code inside knows them. */
  inner?(vars: Vars, id: number): Vars;
  code(vars: Vars, id: number, inside: string): string;
  run(vars: Vars, id: number, meaning: Meaning, inside: () => void): void;
}
