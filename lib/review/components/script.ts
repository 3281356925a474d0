/**
 * Replaces the live parts of the page every second until the run has ended, and sends the buttons that hold a rollout without reloading the
 * page. The page works without it. What a person is writing is never replaced: the decision only once it is made.
 */
export const SCRIPT = `(() => {
  const part = (id) => document.getElementById(id);
  if (!part("live") || !location.search || !location.protocol.startsWith("http")) return;
  const ended = () => part("live").dataset.final === "true";
  const frozen = (id, next) => id === "decision" && next.dataset.status === "pending" && part(id).querySelector("form");
  let misses = 0;
  let timer = 0;
  const again = (ms) => {
    clearTimeout(timer);
    timer = setTimeout(refresh, ms);
  };
  const refresh = async () => {
    try {
      const answer = await fetch(location.pathname + "/progress" + location.search, { cache: "no-store" });
      if (answer.status === 410) return;
      if (!answer.ok) throw answer;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const id of ["answer", "live", "decision"]) {
        const next = fresh.getElementById(id);
        if (next && !frozen(id, next) && next.outerHTML !== part(id).outerHTML) {
          const focused = document.activeElement && document.activeElement.name;
          const kept = focused && part(id).contains(document.activeElement);
          part(id).replaceWith(document.adoptNode(next));
          if (kept) next.querySelector("button")?.focus();
        }
      }
      misses = 0;
    } catch {
      misses += 1;
    }
    document.body.classList.toggle("lost", misses > 2);
    if (!ended()) again(1000);
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-hold]")) return;
    event.preventDefault();
    const sent = new URLSearchParams(new FormData(form, event.submitter));
    for (const button of form.querySelectorAll("button")) button.disabled = true;
    fetch(location.href, { method: "POST", body: sent, redirect: "manual" }).catch(() => {}).then(() => again(0));
  });
  if (!ended()) again(1000);
})();`;
