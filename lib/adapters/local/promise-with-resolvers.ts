/** `Promise.withResolvers` for Node 20, which the local state machine engine relies on. Standard since ES2024. */
const target = Promise as unknown as { withResolvers?: <T>() => Resolvers<T> };

interface Resolvers<T> {
  promise: Promise<T>;
  resolve: (value: T | PromiseLike<T>) => void;
  reject: (reason: unknown) => void;
}

target.withResolvers ??= <T>(): Resolvers<T> => {
  let resolve: Resolvers<T>["resolve"] = () => {};
  let reject: Resolvers<T>["reject"] = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
};
