/**
 * Letters of other scripts that look like a Latin one, as in Unicode's table of confusables (UTS 39), lower case. Full-width,
 * mathematical and letter-like forms are not among them: NFKC makes those plain.
 */
const LOOKALIKES: Readonly<Record<string, string>> = {
  a: "аαɑᴀꭺꓮ",
  b: "ьвʙꓐ",
  c: "сϲᴄꮯꓚ",
  d: "ԁժᴅꓓ",
  e: "еεҽᴇꭼꓰ",
  f: "ꞙꜰꓝ",
  g: "ɡցɢꓖ",
  h: "һհнʜꮋꓧ",
  i: "ıіιɩɪꓲ",
  j: "јϳᴊꓙ",
  k: "кκᴋꓗ",
  l: "ӏʟꓡ",
  m: "мᴍꓟ",
  n: "пηոռɴꓠ",
  o: "оοօσᴏꓳ",
  p: "рρᴘꮲꓑ",
  q: "ԛզ",
  r: "гᴦʀꓣ",
  s: "ѕꜱꓢ",
  t: "тτᴛꭲꓔ",
  u: "υսᴜꓴ",
  v: "ѵνᴠꓦ",
  w: "ԝωաᴡꓪ",
  x: "хχꓫ",
  y: "уγүʏꓬ",
  z: "ᴢꮓꓜ",
};

const LATIN = new Map(
  Object.entries(LOOKALIKES).flatMap(([latin, others]) => [...others].map((other) => [other, latin] as const)),
);

const LATIN_LETTER = /\p{Script=Latin}/u;
/** Scripts with letters that are taken for Latin ones. */
const OTHER_LETTER =
  /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}\p{Script=Coptic}\p{Script=Lisu}\p{Script=Deseret}]/u;

/**
 * What a name looks like: two that look alike have the same. Case, width, surrounding space, invisible characters and look-alike
 * letters of other scripts do not count.
 */
export function skeleton(name: string): string {
  return [...plain(name)].map((letter) => LATIN.get(letter) ?? letter).join("");
}

/** Whether a name has Latin letters beside those of a script that is taken for it, as no name of a person has. */
export function mixesScripts(name: string): boolean {
  return LATIN_LETTER.test(plain(name)) && OTHER_LETTER.test(plain(name));
}

function plain(name: string): string {
  return name
    .normalize("NFKC")
    .replace(/[\p{Cf}\p{Cc}\p{Default_Ignorable_Code_Point}]/gu, "")
    .trim()
    .replace(/\s+/g, " ")
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .normalize("NFKC")
    .replaceAll("i\u0307", "i");
}
