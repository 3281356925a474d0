// Preloaded into a command line: the network as it is where nothing leads to Slack.
const reach = globalThis.fetch;
globalThis.fetch = async (address, options) => {
  if (new URL(address).hostname.endsWith("slack.com"))
    throw new TypeError("fetch failed", { cause: { code: "ECONNREFUSED" } });
  return reach(address, options);
};
