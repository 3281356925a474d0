// Preloaded into a process: writes each npm package that it loads to standard error, once, as `loads NAME`.
import { register } from "node:module";

register(
  `data:text/javascript,${encodeURIComponent(`
    import { writeSync } from "node:fs";
    const seen = new Set();
    export async function resolve(specifier, context, next) {
      const result = await next(specifier, context);
      const name = /node_modules\\/((?:@[^/]+\\/)?[^/]+)\\/(?!.*node_modules)/.exec(result.url)?.[1];
      if (name && !seen.has(name)) writeSync(2, "loads " + name + "\\n");
      if (name) seen.add(name);
      return result;
    }`)}`,
);
