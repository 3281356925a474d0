/** Replaces the live part of the page every few seconds until the rollout has ended. The page works without it. */
export const SCRIPT = `(() => {
  const live = () => document.getElementById("live");
  if (!live() || !location.search || !location.protocol.startsWith("http")) return;
  const refresh = async () => {
    try {
      const answer = await fetch(location.pathname + "/progress" + location.search, { cache: "no-store" });
      if (answer.ok) {
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live");
        if (fresh && fresh.innerHTML !== live().innerHTML) live().replaceWith(document.adoptNode(fresh));
      }
    } catch {}
    if (live().dataset.final !== "true") setTimeout(refresh, 2500);
  };
  if (live().dataset.final !== "true") setTimeout(refresh, 2500);
})();`;
