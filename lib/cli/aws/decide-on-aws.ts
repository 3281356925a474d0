import { createInterface } from "node:readline/promises";
import { UsageError } from "../../api/usage-error.js";
import { webhookUrlProblem } from "../../core/config/webhook-config.js";
import { rollbackOf } from "../../steps/approval/rollback-question.js";
import { type ExitCode, UnfinishedError } from "../command.js";
import type { Io } from "../io.js";
import { printable } from "../terminal/printable.js";

const VARIABLE = "SCHEMA_GATE_APPROVAL_LINK";
const TIMEOUT_MS = 60_000;

interface Said {
  readonly verdict: "approve" | "reject";
  readonly reason: string | null;
}

/** Decides with the link that was sent to an approver, as its page does. The link says who decides, and is never printed. */
export async function decideOnAws(io: Io, run: string | undefined, said: Said): Promise<ExitCode> {
  const link = linkFor(run, await givenLink(io));
  const page = await asked(link, {});
  const shown = await page.text();
  const form = { csrf: hidden(shown, "csrf"), digest: hidden(shown, "digest") };
  if (form.csrf === "") return refuse(io, titleOf(shown));
  const cookie = page.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const body = new URLSearchParams({ ...form, verdict: said.verdict, reason: said.reason ?? "" });
  const answer = await asked(link, { method: "POST", body, headers: { cookie } });
  if (answer.status !== 303) return refuse(io, titleOf(await answer.text()));
  const { question } = namesIn(link);
  io.stdout.write(`Recorded for ${printable(question)}: ${said.verdict === "approve" ? "approved" : "rejected"}.\n`);
  return 0;
}

async function givenLink(io: Io): Promise<string> {
  const given = io.env[VARIABLE];
  if (given !== undefined && given !== "") return given;
  if (!io.interactive)
    throw new UsageError(
      "--aws needs the link that was sent to you",
      `export ${VARIABLE}=https://…   (it is yours alone)`,
    );
  const reader = createInterface({ input: io.stdin, output: io.stdout });
  try {
    return await reader.question("The link that was sent to you: ");
  } finally {
    reader.close();
  }
}

/** Throws `UsageError` for anything that is not a link, or a link to another run. Never repeats it. */
function linkFor(run: string | undefined, text: string): URL {
  const given = text.trim();
  if (!URL.canParse(given) || !new URL(given).searchParams.has("c"))
    throw new UsageError("this is not an approver's link", "copy the whole link, from https:// to its end");
  const problem = webhookUrlProblem(given);
  if (problem !== null) throw new UsageError(`the link is not used: ${problem}`);
  const link = new URL(given);
  const names = namesIn(link);
  if (run !== undefined && run !== names.run && run !== names.question)
    throw new UsageError(`the link is about the run ${printable(names.run)}, not ${run}`);
  return link;
}

function namesIn({ pathname }: URL): { readonly question: string; readonly run: string } {
  const question = decodeURIComponent(/\/runs\/([^/]+)$/.exec(pathname)?.[1] ?? "");
  return { question, run: rollbackOf(question)?.run ?? question };
}

async function asked(link: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(link, { ...init, redirect: "manual", signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    const { name, cause } = error as { name?: string; cause?: { code?: string } };
    const why = name === "TimeoutError" ? "it did not answer" : (cause?.code ?? "no connection");
    throw new UnfinishedError(`the page at ${link.host} cannot be reached: ${why}`, "open the link in a browser");
  }
}

function refuse(io: Io, why: string): ExitCode {
  io.stderr.write(`Not accepted: ${printable(why)}\n`);
  return 1;
}

/** What the page shows instead of the form: its heading and first sentence, or those of a refusal in the form. */
function titleOf(shown: string): string {
  const refusal = /<p class="refusal"[^>]*>(.*?)<\/p>/s.exec(shown)?.[1];
  const [, title = "there is nothing to decide", text = ""] = /<h1>(.*?)<\/h1>\s*<p>(.*?)<\/p>/s.exec(shown) ?? [];
  return plain(refusal ?? `${title}: ${text}`);
}

function hidden(shown: string, name: string): string {
  return plain(new RegExp(`name="${name}" value="([^"]*)"`).exec(shown)?.[1] ?? "");
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', "#39": "'", amp: "&" };

function plain(markup: string): string {
  return markup.replace(/<[^>]*>/g, "").replace(/&(lt|gt|quot|#39|amp);/g, (whole, name) => ENTITIES[name] ?? whole);
}
