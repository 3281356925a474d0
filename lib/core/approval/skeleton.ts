/**
 * Letters of other scripts, and signs, that look like a Latin one, as in Unicode's table of confusables (UTS 39), lower case. Full-width,
 * mathematical and letter-like forms are not included: NFKC makes those plain.
 */
const LOOKALIKES: Readonly<Record<string, string>> = {
  a: "аαɑᴀꭺꓮ⍺",
  b: "ьвʙꓐ",
  c: "сϲᴄꮯꓚ⌒⊂",
  d: "ԁժᴅꓓ",
  e: "еεҽᴇꭼꓰ℮∊∈⋿",
  f: "ꞙꜰꓝ",
  g: "ɡցɢꓖ",
  h: "һհнʜꮋꓧ",
  i: "ıіιɩɪꓲ⍳",
  j: "јϳᴊꓙ",
  k: "кκᴋꓗ",
  l: "ӏʟꓡ|∣ǀ⏐",
  m: "мᴍꓟ",
  n: "пηոռɴꓠ",
  o: "оοօσᴏꓳ○◯⚬∘",
  p: "рρᴘꮲꓑ⍴",
  q: "ԛզ",
  r: "гᴦʀꓣ",
  s: "ѕꜱꓢ",
  t: "тτᴛꭲꓔ⊤",
  u: "υսᴜꓴ∪",
  v: "ѵνᴠꓦ∨",
  w: "ԝωաᴡꓪ⍵",
  x: "хχꓫ×⨯✕᙮",
  y: "уγүʏꓬ",
  z: "ᴢꮓꓜ",
};

const LATIN = new Map(
  Object.entries(LOOKALIKES).flatMap(([latin, others]) => [...others].map((other) => [other, latin] as const)),
);

const LATIN_LETTER = /\p{Script=Latin}/u;
/**
 * Scripts whose letters nobody mistakes for Latin ones, so that a name may have both: UTS 39's moderately restrictive level, without Armenian, some
 * of whose letters can be mistaken for them.
 */
const APART =
  "Han Hiragana Katakana Hangul Bopomofo Arabic Bengali Devanagari Ethiopic Georgian Gujarati Gurmukhi Hebrew Kannada Khmer Lao Malayalam Myanmar Oriya Sinhala Tamil Telugu Thaana Thai Tibetan";
const letterBeyond = (scripts: readonly string[]) =>
  new RegExp(
    `(?=\\p{L})[^${["Latin", "Common", "Inherited", ...APART.split(" "), ...scripts].map((script) => `\\p{Script=${script}}`).join("")}]`,
    "u",
  );
/** Letters of all other scripts. */
const OTHER_LETTER = letterBeyond([]);
/** Letters of scripts that hardly anybody writes today (UTS 31): a name entirely in them is treated as a Latin look-alike. */
const RARE_LETTER = letterBeyond(["Armenian", "Cyrillic", "Greek"]);

/** Signs between letters that look alike, each with the one on a keyboard. */
const BETWEEN = [
  [/[\p{Pd}\u2212\u2043\u02d7]/gu, "-"],
  [/[\u02b9-\u02bf\u2018-\u201b\u2032\u2035\u00b4`\uff07]/gu, "'"],
  [/[\u3002\u00b7\u2219\u2022\u0701\u0702]/gu, "."],
  [/[\u203f\u2040\u2054]/gu, "_"],
] as const;

/** Marks that strike a letter through or enclose it, and a blank that is not a space: they are lost among the letters. */
const LOST = /[\u0334-\u0338\u20D2\u20D3\u20D8-\u20DA\u20E5\u20E6\u20EA\u20EB\p{Me}\u2800]/gu;

/** Letters as signs, which NFKC does not change: negative circled, negative squared, flag letters. */
const SIGNS = [0x1f150, 0x1f170, 0x1f1e6] as const;

function letterOfSign(sign: string): string {
  const code = sign.codePointAt(0) ?? 0;
  const first = SIGNS.findLast((start) => code >= start) ?? code;
  return String.fromCharCode("a".charCodeAt(0) + code - first);
}

/** Signs before the first letter and after the last: `alex.`, `~alex` and `alex@example.com.` are no further people. */
const AROUND = /^[\p{P}\p{Z}~^`=+<>$]+|[\p{P}\p{Z}~^`=+<>$]+$/gu;

/**
 * What a name looks like: two names that look alike have the same skeleton. Case, width, surrounding space and signs, invisible characters and
 * look-alike letters of other scripts do not count.
 */
export function skeleton(name: string): string {
  const letters = BETWEEN.reduce((text, [like, sign]) => text.replace(like, sign), plain(name));
  const latin = [...letters].map((letter) => LATIN.get(letter) ?? letter).join("");
  return latin.replace(AROUND, "") || latin;
}

/** Whether a name has Latin letters as well as letters of a script that looks like Latin, which no person's name has. */
export function mixesScripts(name: string): boolean {
  return LATIN_LETTER.test(plain(name)) && OTHER_LETTER.test(plain(name));
}

/** Whether a name has letters of a script that hardly anybody could tell from Latin, or read. */
export function hasRareLetters(name: string): boolean {
  return RARE_LETTER.test(plain(name));
}

function plain(name: string): string {
  return name
    .normalize("NFKC")
    .replace(/[\p{Cf}\p{Cc}\p{Default_Ignorable_Code_Point}]/gu, "")
    .normalize("NFD")
    .replace(LOST, "")
    .normalize("NFC")
    .replace(/[\u{1F150}-\u{1F169}\u{1F170}-\u{1F189}\u{1F1E6}-\u{1F1FF}]/gu, letterOfSign)
    .trim()
    .replace(/\s+/g, " ")
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .normalize("NFKC")
    .replaceAll("i\u0307", "i");
}
