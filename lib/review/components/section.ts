import { type Html, html } from "../html.js";

/** A part of the page with its heading; `id` is what links lead to. */
export function section(id: string, title: string, lead: Html | string, body: Html): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
<p class="lead">${lead}</p>
${body}
</section>`;
}

/** A word in a frame. The word says the tone; the colour only repeats it. */
export function chip(text: string, tone: "good" | "warn" | "bad" | "plain" = "plain"): Html {
  return html`<span class="chip ${tone}">${text}</span>`;
}
