import { html as honoHtml, raw as honoRaw } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";
import { visible } from "../core/visible.js";

export type Html = HtmlEscapedString;

type Value = string | number | Html | null | undefined | false | readonly Html[];

/** Hono's escaping template, for values that are already there: the result is a string, never a promise. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  return honoHtml(strings, ...(values as unknown[])) as Html;
}

/** For text of our own source only: it is not escaped. */
export const trusted: (text: string) => Html = honoRaw;

/**
 * A name or a text from a database: escaped, isolated from the direction of the surrounding text, and with every control, format and
 * unassigned character spelled out, so that it can neither hide nor reorder what is next to it.
 */
export function foreign(text: string): Html {
  return html`<bdi>${visible(text)}</bdi>`;
}
