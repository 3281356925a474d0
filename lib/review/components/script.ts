/** Replaces the live parts of the page every few seconds until the rollout has ended. The page works without it. */
export const SCRIPT = `(() => {
  const part = (id) => document.getElementById(id);
  const ended = () => part("live").dataset.final === "true";
  if (!part("live") || !location.search || !location.protocol.startsWith("http")) return;
  const refresh = async () => {
    try {
      const answer = await fetch(location.pathname + "/progress" + location.search, { cache: "no-store" });
      if (answer.status === 410) return;
      const fresh = answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
      for (const id of fresh ? ["verdict", "live"] : []) {
        const next = fresh.getElementById(id);
        if (next && next.outerHTML !== part(id).outerHTML) part(id).replaceWith(document.adoptNode(next));
      }
    } catch {}
    if (!ended()) setTimeout(refresh, 2500);
  };
  if (!ended()) setTimeout(refresh, 2500);
})();`;
