import { request } from "node:http";
import type { Browser } from "./decide-on-page.js";

/** A browser of a Function URL. An emulator's is reached at the emulator's address, since its name may not resolve. */
export function functionUrl(url: string, endpoint: string | null): Browser {
  return endpoint === null ? direct(url) : throughEndpoint(url, endpoint);
}

function direct(url: string): Browser {
  return async (path, { method, headers, body }) => {
    const init = { method, headers, redirect: "manual" } as const;
    const answer = await fetch(`${url}${path}`, method === "GET" ? init : { ...init, body });
    const cookie = answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";
    return { status: answer.status, cookie, html: await answer.text() };
  };
}

function throughEndpoint(url: string, endpoint: string): Browser {
  const { hostname, port } = new URL(endpoint);
  const { host } = new URL(url);
  return (path, { method, headers, body }) =>
    new Promise((resolve, reject) => {
      const sent = request({ hostname, port, path, method, headers: { ...headers, host } }, (answer) => {
        let html = "";
        answer.setEncoding("utf8").on("data", (chunk) => {
          html += chunk;
        });
        answer.once("end", () =>
          resolve({
            status: answer.statusCode ?? 0,
            cookie: answer.headers["set-cookie"]?.[0]?.split(";")[0] ?? "",
            html,
          }),
        );
      });
      sent.once("error", reject).end(body);
    });
}
