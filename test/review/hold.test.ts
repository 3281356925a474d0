import { expect, it } from "vitest";
import type { Said } from "../../lib/review/deps.js";
import { viewerLink } from "../../lib/review/links.js";
import { decideByLink, ORIGIN, type Pending, pendingApproval, visit } from "./harness.js";
import { rollingModel, sampleBackfills } from "./sample-model.js";

/** An approved run whose rollout is at work, and what the page asked of it. */
async function rolling(): Promise<Pending & { readonly said: Said[] }> {
  const pending = await pendingApproval();
  const said: Said[] = [];
  Object.assign(pending.deps, { hold: async (_run: string, one: Said) => void said.push(one) });
  await decideByLink(pending, pending.link("alex"));
  pending.change({ rollout: rollingModel().rollout });
  return { ...pending, said };
}

async function press(
  pending: Pending,
  link: string,
  value: string,
  change: { readonly csrf?: string; readonly cookie?: string; readonly headers?: Record<string, string> } = {},
  name = "hold",
): Promise<Response> {
  const page = await visit(pending, link);
  const { csrf = page.csrf, cookie = page.cookie, headers } = change;
  return pending.app.request(link, {
    method: "POST",
    headers: { origin: ORIGIN, "sec-fetch-site": "same-origin", cookie, ...headers },
    body: new URLSearchParams({ [name]: value, csrf }),
  });
}

it("pauses and resumes for whoever may approve, also once the time to decide is over", async () => {
  const pending = await rolling();
  expect((await press(pending, pending.link("alex"), "pause")).status).toBe(303);
  pending.change({ hold: { text: "paused by alex", paused: true } });
  pending.wait(7_200_000);
  expect((await visit(pending, pending.link("robin"))).html).toContain("Resume");
  expect((await press(pending, pending.link("robin"), "resume")).status).toBe(303);
  expect(pending.said).toEqual([
    { paused: true, by: "alex" },
    { paused: false, by: "robin" },
  ]);
});

it("shows no button to who only looks, and takes none from them", async () => {
  const pending = await rolling();
  const link = viewerLink(pending.request, ORIGIN, pending.key).slice(ORIGIN.length);
  const mine = await visit(pending, pending.link("alex"));
  expect(mine.html).toContain('value="pause"');
  expect((await visit(pending, link)).html).not.toContain('value="pause"');
  const sent = await press(pending, link, "pause", { csrf: mine.csrf, cookie: mine.cookie });
  expect(sent.status).toBe(403);
  expect(pending.said).toEqual([]);
  expect(pending.events.at(-1)).toMatchObject({ kind: "refusal", code: "view-only", person: "dana" });
});

it("counts for nothing from another site, without the form's token, or for another word", async () => {
  const pending = await rolling();
  const link = pending.link("alex");
  const evil = { "sec-fetch-site": "cross-site", origin: "https://evil.example" };
  expect((await press(pending, link, "pause", { headers: evil })).status).toBe(403);
  expect((await press(pending, link, "pause", { csrf: "x" })).status).toBe(403);
  expect((await press(pending, link, "stop")).status).toBe(400);
  expect((await pending.app.request(`${link}&hold=pause`)).status).toBe(200);
  expect(pending.said).toEqual([]);
});

it("has nothing to pause before the rollout, after it, or once the run has ended", async () => {
  const pending = await rolling();
  const link = pending.link("alex");
  const { csrf, cookie } = await visit(pending, link);
  const states = [
    { rollout: null },
    { rollout: { status: "done", reason: null, waves: [] } },
    { rollout: rollingModel().rollout, outcome: { status: "failed", reason: "stopped" } },
  ] as const;
  for (const state of states) {
    pending.change({ outcome: null, ...state });
    expect((await visit(pending, link)).html).not.toContain('value="pause"');
    expect((await press(pending, link, "pause", { csrf, cookie })).status).toBe(409);
  }
  expect(pending.said).toEqual([]);
});

it("opens nothing any more once the run has ended and the link's time is over", async () => {
  const pending = await rolling();
  pending.wait(7_200_000);
  expect((await pending.app.request(pending.link("alex"))).status).toBe(200);
  pending.change({ outcome: { status: "passed", reason: "Every tenant was migrated and verified." } });
  expect((await pending.app.request(pending.link("alex"))).status).toBe(410);
});

it("sets the speed of the backfills at work for whoever may, to a part of the time and nothing else", async () => {
  const pending = await rolling();
  const link = pending.link("alex");
  expect((await visit(pending, link)).html).not.toContain('name="speed"');
  pending.change({ backfills: sampleBackfills() });
  const { html } = await visit(pending, link);
  expect(html).toContain('name="speed"');
  // What a tenant is called draws nothing.
  expect(html).toContain("088 &lt;b&gt;prod&lt;/b&gt;");
  expect((await press(pending, link, "25", {}, "speed")).status).toBe(303);
  for (const bad of ["0", "101", "1e1", "fast", "-5", "25.5", ""])
    expect((await press(pending, link, bad, {}, "speed")).status, bad).toBe(400);
  const viewer = viewerLink(pending.request, ORIGIN, pending.key).slice(ORIGIN.length);
  expect((await visit(pending, viewer)).html).toContain("077-prod");
  expect((await visit(pending, viewer)).html).not.toContain('name="speed"');
  expect((await press(pending, viewer, "50", {}, "speed")).status).toBe(403);
  const { csrf, cookie } = await visit(pending, link);
  pending.change({ rollout: null });
  expect((await press(pending, link, "50", { csrf, cookie }, "speed")).status).toBe(409);
  expect(pending.said).toEqual([{ speed: 25, by: "alex" }]);
});
