import { type Effect, type Meaning, Returned, type Vars, type Wrapper } from "./meaning.js";
import { OTHER_EFFECTS } from "./other-effects.js";
import { TEXT_EFFECTS } from "./text-effects.js";
import { WRAPPERS } from "./wrappers.js";

export type Piece =
  | { readonly kind: "effect"; readonly effect: Effect; readonly id: number }
  | { readonly kind: "wrapper"; readonly wrapper: Wrapper; readonly id: number; readonly inside: readonly Piece[] };

export const EFFECTS: readonly Effect[] = [...TEXT_EFFECTS, ...OTHER_EFFECTS];

const hasOutside = (pieces: readonly Piece[]): boolean =>
  pieces.some((piece) => (piece.kind === "effect" ? piece.effect.outside === true : hasOutside(piece.inside)));

/** Puts a piece somewhere into a body; the body stays as it is where the piece cannot stand. */
export function inserted(body: readonly Piece[], piece: Piece, at: number, apart = false): readonly Piece[] {
  if (apart && hasOutside([piece])) return body;
  const index = at % (body.length + 1);
  const next = body[index];
  if (next?.kind !== "wrapper" || at % 3 === 0) return body.toSpliced(index, 0, piece);
  const inside = inserted(next.inside, piece, Math.floor(at / 2), apart || next.wrapper.apart === true);
  return body.toSpliced(index, 1, { ...next, inside });
}

/** Puts a wrapper around some pieces of a body. */
export function wrapped(body: readonly Piece[], wrapper: Wrapper, id: number, at: number): readonly Piece[] {
  const from = at % (body.length + 1);
  const inside = body.slice(from, from + (at % 4));
  if (wrapper.apart && hasOutside(inside)) return body;
  return body.toSpliced(from, inside.length, { kind: "wrapper", wrapper, id, inside });
}

export function edited(body: readonly Piece[], kind: number, id: number, at: number): readonly Piece[] {
  const effect = EFFECTS[kind % EFFECTS.length];
  const wrapper = WRAPPERS[kind % WRAPPERS.length];
  if (kind % 5 === 0 && wrapper) return wrapped(body, wrapper, id, at);
  return effect ? inserted(body, { kind: "effect", effect, id }, at) : body;
}

export function codeOf(body: readonly Piece[], vars: Vars): string {
  return body
    .map((piece) => {
      if (piece.kind === "effect") return piece.effect.code(vars, piece.id);
      const inner = piece.wrapper.inner?.(vars, piece.id) ?? vars;
      return piece.wrapper.code(vars, piece.id, codeOf(piece.inside, inner));
    })
    .join("\n        ");
}

function runAll(body: readonly Piece[], vars: Vars, meaning: Meaning): void {
  for (const piece of body) {
    if (piece.kind === "effect") piece.effect.run(vars, piece.id, meaning);
    else {
      const { wrapper, id, inside } = piece;
      wrapper.run(vars, id, meaning, () => runAll(inside, wrapper.inner?.(vars, id) ?? vars, meaning));
    }
  }
}

export const variables = (number: number): Vars => ({
  s: { place: "s", box: { value: `s${number}` } },
  t: { place: "t", box: { value: `t${number}` } },
  v: { place: "v", box: { value: [`v${number}`, "w"] } },
  o: { place: "o", box: { value: "o" } },
  n: { place: "n", box: { value: 1 } },
});

export const DECLARED = (number: number) => `let mut s = String::from("s${number}");
        let mut t = String::from("t${number}");
        let mut v: Vec<String> = vec!["v${number}".to_string(), "w".to_string()];
        let mut o: Option<String> = Some("o".to_string());
        let mut n: usize = 1;`;

/** What a body sends, as far as it can be known. */
export function meaningOf(body: readonly Piece[], number: number): Meaning {
  const meaning: Meaning = { sent: [], unknown: false, mayHaveEnded: false };
  try {
    runAll(body, variables(number), meaning);
  } catch (signal) {
    if (!(signal instanceof Returned)) throw signal;
  }
  return meaning;
}

export const namesOf = (body: readonly Piece[]): readonly string[] =>
  body.flatMap((piece) =>
    piece.kind === "effect" ? [piece.effect.name] : [`${piece.wrapper.name} {`, ...namesOf(piece.inside), "}"],
  );
