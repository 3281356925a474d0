import { type Catalog, type CatalogObject, TENANT_SCHEMA } from "../../core/catalog/catalog.js";
import { humanName } from "../../core/catalog/names.js";
import { withoutIn } from "../../core/catalog/sources/functions.js";
import type { Finding } from "../../core/finding.js";
import { identifier, literal, qualified } from "../../core/sql/quote.js";
import type { Session } from "../../ports/database.js";
import { ambiguousOperators } from "./ambiguous-operators.js";
import { type Call, callsOf, type Routine, routinesNamed, type Taken, typesTakenFor } from "./calls-of.js";
import type { Clones, WorkingClone } from "./clones.js";
import type { ProveOnClone } from "./input.js";
import { type Found, isSame, resolved, type Which } from "./resolved.js";

/**
 * Calls and expressions that find one function or operator before the release, and after it more than one, or another one. Nothing runs;
 * the server only resolves.
 */
export async function ambiguousCallFindings(
  input: ProveOnClone,
  clones: Clones,
  working: WorkingClone,
  around: { readonly before: Catalog; readonly after: Catalog },
): Promise<readonly Finding[]> {
  return [
    ...(await ambiguousFunctions(input, clones, working, around)),
    ...(await ambiguousOperators(input, clones, working, around)),
  ];
}

/** Each earlier function of a name that the release makes is called as applications might call it. */
async function ambiguousFunctions(
  input: ProveOnClone,
  clones: Clones,
  working: WorkingClone,
  { before, after }: { readonly before: Catalog; readonly after: Catalog },
): Promise<readonly Finding[]> {
  const names = await namesMade(working.session, before, after);
  const now = names.length === 0 ? [] : await routinesNamed(working.session, names);
  // Of those that are there still: to drop one says that it is called no more.
  if (now.length < 2) return [];
  const clone = await clones.make("calls");
  try {
    const were = await routinesNamed(clone.session, names);
    const made = now.filter((each) => !were.some((other) => isSame(each, other) && each.arguments === other.arguments));
    const taken = await typesTakenFor(clone.session);
    const calls = were
      .filter((each) => now.some((other) => isSame(each, other)))
      .flatMap((each) => callsBeside(each, made, taken, input))
      .sort((a, b) => Number(a.rare) - Number(b.rare))
      .slice(0, MOST_CALLS);
    const found = await resolved(clone.session, calls, input);
    const unique = calls.filter((_, at) => found[at]?.number === "one");
    const then = found.filter(({ number }) => number === "one");
    const since = await resolved(working.session, unique, input);
    const findings = unique.flatMap((call, at) => findingOf(call, then[at], since[at], { now, made, input }));
    return firstOfEach(findings);
  } finally {
    await clones.drop(clone);
  }
}

const MOST_CALLS = 600;

/** Names of functions that the release makes or gives other defaults, also of those that an extension brings or an implicit cast concerns. */
async function namesMade(session: Session, before: Catalog, after: Catalog): Promise<readonly string[]> {
  const key = ({ kind, id, attributes }: CatalogObject) =>
    JSON.stringify([kind, id, attributes.arguments ?? null, attributes.version ?? attributes.context ?? null]);
  const were = new Set(before.objects.filter(isOne).map(key));
  const made = after.objects.filter((each) => isOne(each) && !were.has(key(each)));
  const extensions = made.filter(({ kind }) => kind === "extension").map(({ id }) => literal(id.name));
  const members =
    extensions.length === 0
      ? []
      : await session.query<{ name: string }>(
          `select distinct p.proname::text as name from pg_extension e join pg_depend d on d.refclassid = 'pg_extension'::regclass
             and d.refobjid = e.oid and d.deptype = 'e' and d.classid = 'pg_proc'::regclass join pg_proc p on p.oid = d.objid
           where e.extname = any(array[${extensions.join(", ")}]::name[])`,
        );
  const own = made.filter(({ kind }) => kind === "function").map(({ id }) => id.name);
  const isCast = made.some(({ kind, attributes }) => kind === "cast" && attributes.context === "i");
  const overloaded = isCast ? overloadedNames(after) : [];
  return [...new Set([...own, ...overloaded, ...members.map(({ name }) => name)])].sort();
}

/** An implicit cast changes calls of these, whatever made them. */
function overloadedNames({ objects }: Catalog): readonly string[] {
  const names = objects.filter(({ kind }) => kind === "function").map(({ id }) => id.name);
  return names.filter((name, at) => names.indexOf(name) !== at);
}

function isOne({ kind }: CatalogObject): boolean {
  return kind === "function" || kind === "extension" || kind === "cast";
}

/** With its schema where one is made beside it, and by its name alone where one is made in another schema. */
function callsBeside(of: Routine, made: readonly Routine[], taken: Taken, input: ProveOnClone): readonly Call[] {
  const namesakes = made.filter(({ name }) => name === of.name);
  const inSchema = { sql: qualified(of.schema, of.name), called: nameOf(of, input) };
  const alone = { sql: identifier(of.name), called: humanName({ name: of.name }) };
  // A new implicit cast changes calls without a new function.
  const beside = namesakes.length === 0 || namesakes.some(({ schema }) => schema === of.schema);
  const elsewhere = namesakes.some(({ schema }) => schema !== of.schema);
  return [...(beside ? callsOf(of, taken, inSchema) : []), ...(elsewhere ? callsOf(of, taken, alone) : [])];
}

interface Known {
  readonly now: readonly Routine[];
  readonly made: readonly Routine[];
  readonly input: ProveOnClone;
}

function findingOf(call: Call, before: Found | undefined, after: Found | undefined, known: Known): readonly Finding[] {
  if (!before || !after) return [];
  if (after.number === "several") return [ambiguous(call, known)];
  if (after.number === "none") return [refused(call, after, known)];
  if (before.which === null || after.which === null || isSame(before.which, after.which)) return [];
  return [other(call, before.which, after.which, known)];
}

/** One of a code for each function; the gravest, since typed calls come first. */
function firstOfEach(findings: readonly Finding[]): readonly Finding[] {
  const found = new Map<string, Finding>();
  for (const each of findings) {
    const key = each.subject.name;
    const known = found.get(key);
    if (!known || (known.severity !== "error" && each.severity === "error")) found.set(key, each);
  }
  return [...found.values()];
}

function base({ of, rare }: Call, { input }: Known) {
  return {
    gate: "dry-run",
    severity: rare ? "warning" : "error",
    subject: { kind: "function", name: signature(of, input) },
  } as const;
}

function ambiguous(call: Call, known: Known): Finding {
  const candidates = known.now.filter(({ name, schema }) => name === call.of.name && isBeside(schema, call, known));
  return {
    ...base(call, known),
    code: "dry-run.ambiguous-call",
    message: `After the release a call of ${call.called} with (${call.arguments}) is ambiguous, and found one function before: ${signatures(candidates, known)}.`,
    remedy: REMEDY,
  };
}

/** Of the same schema; those of another where a call without a schema finds one made there. */
function isBeside(schema: string, { of }: Call, { made }: Known): boolean {
  return schema === of.schema || made.some((each) => each.name === of.name && each.schema === schema);
}

function refused(call: Call, { reason }: Found, known: Known): Finding {
  const candidates = known.made.filter(({ name }) => name === call.of.name);
  return {
    ...base(call, known),
    code: "dry-run.other-call",
    message: `After the release a call of ${call.called} with (${call.arguments}) fails, and found ${signature(call.of, known.input)} before: ${reason ?? ""}. The release makes ${signatures(candidates, known) || "an implicit cast"}.`,
    remedy: REMEDY,
  };
}

function other(call: Call, was: Which, is: Which, known: Known): Finding {
  return {
    ...base(call, known),
    code: "dry-run.other-call",
    // One of another kind cannot stand in for it.
    severity: was.kind === is.kind ? "warning" : "error",
    message: `After the release a call of ${call.called} with (${call.arguments}) finds ${signature(is, known.input)}, and found ${signature(was, known.input)} before.`,
    remedy: { text: "Give the new one another name, unless the calls that exist are meant to find it." },
  };
}

const REMEDY = {
  text: "Drop the old function in the same release, or give the new one another name, or no defaults, so that calls that exist find one.",
};

function signatures(candidates: readonly Routine[], { input }: Known): string {
  return candidates.map((each) => signature(each, input)).join(" and ");
}

function nameOf({ schema, name }: Which, { schema: own }: ProveOnClone): string {
  return humanName({ schema: schema === own ? TENANT_SCHEMA : schema, name });
}

const KINDS: Readonly<Record<string, string>> = { a: "aggregate ", w: "window function ", p: "procedure " };

function signature(which: Which, input: ProveOnClone): string {
  return `${KINDS[which.kind] ?? ""}${nameOf(which, input)}(${withoutIn(which.arguments)})`;
}
