import { type Html, html } from "../html.js";

/** Where the parts of a long page are; `parts` are ids with titles, only those that the page has. */
export function contents(parts: readonly (readonly [string, string])[]): Html {
  return html`<nav class="contents" aria-label="On this page"><h2>On this page</h2>
<ul>${parts.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>`;
}
