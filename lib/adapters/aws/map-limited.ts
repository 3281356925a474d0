/** `work` for every item, at most `limit` at once; results in the order of the items. The first failure ends it. */
export async function mapLimited<T, R>(
  limit: number,
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  const places = items.entries();
  const worker = async () => {
    for (const [place, item] of places) results[place] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}
