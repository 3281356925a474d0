import { altered, alteredOf, gone, type MatrixEntry, made, NOTE, UNREPAIRED, WARNING } from "./entry.js";

const words = alteredOf("text search", "app.words(configuration)");
const lexemes = alteredOf("text search", "app.lexemes(dictionary)");

/** Text search configurations, dictionaries, parsers and templates. */
export const TEXT_SEARCH: readonly MatrixEntry[] = [
  gone("text search", "app.words(configuration)", "drop text search configuration app.words", UNREPAIRED),
  words("parts", "alter text search configuration app.words drop mapping for asciiword", UNREPAIRED),
  made(
    "text search",
    "app.dict(dictionary)",
    "create text search dictionary app.dict (template = simple, stopwords = english)",
  ),
  made(
    "text search",
    "app.words2(configuration)",
    "create text search configuration app.words2 (copy = pg_catalog.simple)",
  ),
  gone("text search", "app.lexemes(dictionary)", "drop text search dictionary app.lexemes", UNREPAIRED),
  lexemes("options", "alter text search dictionary app.lexemes (stopwords = german)", UNREPAIRED),
  lexemes("owner", "alter text search dictionary app.lexemes owner to matrix_reader", WARNING),
  words("parts", "alter text search configuration app.words alter mapping for asciiword with app.lexemes", UNREPAIRED),
  words("comment", "comment on text search configuration app.words is 't'", NOTE),
  made(
    "text search",
    "app.splitter2(parser)",
    "create text search parser app.splitter2 (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype)",
  ),
  gone("text search", "app.splitter(parser)", "drop text search parser app.splitter", UNREPAIRED),
  altered(
    "text search",
    "app.splitter(parser)",
    "parts",
    "drop text search parser app.splitter; create text search parser app.splitter (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype, headline = prsd_headline)",
    { name: "headline of a parser", unrepaired: true },
  ),
  made("text search", "app.pattern2(template)", "create text search template app.pattern2 (lexize = dsimple_lexize)"),
  gone("text search", "app.pattern(template)", "drop text search template app.pattern", UNREPAIRED),
  altered(
    "text search",
    "app.pattern(template)",
    "parts",
    "drop text search template app.pattern; create text search template app.pattern (init = dsimple_init, lexize = dsimple_lexize)",
    { name: "init of a template", unrepaired: true },
  ),
];
