import { register } from "node:module";

/** Given to Node's loader thread, which runs it separately from this program. */
const HOOK = (stripper: string) => `
  import { readFile } from "node:fs/promises";
  import stripper from ${JSON.stringify(stripper)};
  export async function load(url, context, next) {
    if (!/\\.m?ts$/.test(url)) return next(url, context);
    const text = await readFile(new URL(url), "utf8");
    const { code } = stripper.transformSync(text, { mode: "strip-only" });
    return { format: "module", source: code, shortCircuit: true };
  }`;

let done = false;

/** Lets this process import TypeScript modules on Node versions that cannot do so (before 22.18). */
export function stripTypes(): void {
  const native = "typescript" in process.features && process.features.typescript;
  if (done || native) return;
  done = true;
  register(`data:text/javascript,${encodeURIComponent(HOOK(import.meta.resolve("amaro")))}`);
}
