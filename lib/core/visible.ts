/**
 * Controls, formats (directions, joiners, soft hyphens), unassigned, private and lone surrogate code points, line separators, and letters
 * and marks that print nothing (fillers of Hangul, variation selectors).
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{DI}\u2028\u2029]/gu;

/**
 * What a runner of CI takes from a log for a command to itself: a line of GitHub's that begins with `::name::`, and `##[…]`, `##vso[…]`
 * (Azure) and `##teamcity[…]` anywhere in it. The first character of each; what stands before it is looked at only where there is one.
 */
const COMMAND = /:(?<=^[^\S\n]*:)(?=:[a-z][\w-]*(?: [^\n]*)?::)|#(?=#(?:vso|teamcity)?\[)/gim;

/**
 * A foreign text in which every character that prints nothing or moves others is written as its code, so that it can neither hide nor reorder what is
 * next to it. Line breaks and tabs too.
 */
export function visible(text: string): string {
  return text.replace(UNSEEN, codeOf).replace(COMMAND, codeOf);
}

/** The same for multi-line text, such as SQL, which keeps its line breaks and tabs. */
export function visibleLines(text: string): string {
  return spelled(text, codeOf);
}

/** `visibleLines`, with each such character written by `code`. */
export function spelled(text: string, code: (character: string) => string): string {
  return text
    .replace(UNSEEN, (character) => (character === "\n" || character === "\t" ? character : code(character)))
    .replace(COMMAND, code);
}

/** At most `most` characters, with an ellipsis in place of the rest. Never splits a character. */
export function shortened(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join("")}…`;
}

function codeOf(character: string): string {
  return `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`;
}
