/** Sends a request to the review page, wherever it is served. */
export type Browser = (path: string, request: BrowserRequest) => Promise<BrowserAnswer>;

export interface BrowserRequest {
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface BrowserAnswer {
  readonly status: number;
  readonly cookie: string;
  readonly html: string;
}

/** Opens an approver's link and sends the form, as a browser does. `path` is the link without its origin. Returns the pages it saw. */
export async function decideOnPage(
  browser: Browser,
  origin: string,
  path: string,
  verdict: "approve" | "reject",
): Promise<readonly string[]> {
  const page = await browser(path, { method: "GET", headers: {}, body: "" });
  if (page.status !== 200) throw new Error(`the review page answered ${page.status}: ${page.html.slice(0, 500)}`);
  const hidden = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(page.html)?.[1] ?? "";
  const form = { verdict, reason: "as the scenario says", csrf: hidden("csrf"), digest: hidden("digest") };
  const answer = await browser(path, {
    method: "POST",
    headers: {
      origin,
      "sec-fetch-site": "same-origin",
      "content-type": "application/x-www-form-urlencoded",
      cookie: page.cookie,
    },
    body: new URLSearchParams(form).toString(),
  });
  if (answer.status !== 303)
    throw new Error(`the decision was answered ${answer.status}: ${answer.html.slice(0, 500)}`);
  const after = await browser(path, { method: "GET", headers: {}, body: "" });
  return [page.html, answer.html, after.html];
}
