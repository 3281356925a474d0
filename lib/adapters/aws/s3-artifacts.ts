import type { Artifacts } from "../../ports/artifacts.js";
import { type S3Store, StoreError } from "./s3-store.js";

/** Artifacts as objects below one prefix, such as `runs/RUN`. */
export function s3Artifacts(store: S3Store, prefix: string): Artifacts {
  const place = (key: string) => {
    if (key.split("/").includes("..")) throw new RangeError(`the artifact key ${key} leaves its folder`);
    return `${prefix}/${key}`;
  };
  const text = (value: unknown) => `${JSON.stringify(value)}\n`;
  const getText = (key: string) => store.text(place(key));
  return {
    getText,
    putText: (key, content) => store.put(place(key), content),
    put: (key, value) => store.put(place(key), text(value)),
    async get<T>(key: string) {
      const content = await getText(key);
      if (content === null) return null;
      try {
        return JSON.parse(content) as T;
      } catch {
        throw new StoreError(`${store.locate(place(key))} is not JSON: it was cut or replaced`);
      }
    },
    has: (key) => store.has(place(key)),
    create: (key, value) => store.create(place(key), text(value)),
    async list(folder) {
      const whole = place(folder).replace(/\/*$/, "/");
      return (await store.list(whole)).map((key) => key.slice(prefix.length + 1));
    },
    locate: (key) => store.locate(place(key)),
  };
}
