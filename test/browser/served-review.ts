import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { onTestFinished } from "vitest";
import { type Pending, pendingApproval } from "../review/harness.js";
import { closed } from "../support/closed.js";

/** The review page of a pending approval, on a real local server. */
export async function servedReview(
  options: Parameters<typeof pendingApproval>[0] = {},
): Promise<Pending & { readonly origin: string; readonly url: (person: string) => string }> {
  let app: Pending["app"] | null = null;
  const server = serve({ port: 0, hostname: "127.0.0.1", fetch: (request) => app?.fetch(request) ?? new Response() });
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => closed(server as Server));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const pending = await pendingApproval({ ...options, origin });
  app = pending.app;
  return { ...pending, origin, url: (person) => `${origin}${pending.link(person)}` };
}
