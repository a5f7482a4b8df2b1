// What nobody waits for: brought into the page when it is about to be seen, in the place of the link that leads to it.
import { ask, fresh } from "../shared/page.js";

const AHEAD = "600px";

export function attachLater(root) {
  for (const panel of fresh(root, "[data-later]")) {
    const watcher = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      watcher.disconnect();
      bring(panel);
    }, { rootMargin: AHEAD });
    watcher.observe(panel);
  }
}

async function bring(panel) {
  const answer = await ask(panel.dataset.later).catch(() => null);
  if (!answer?.ok) return;  // the link stays
  const list = await answer.text();
  if (!list.trim()) { panel.remove(); return; }
  const place = panel.querySelector("[data-later-place]");
  const focused = place.contains(document.activeElement);
  place.innerHTML = list;  // a fragment of the site's own pages
  if (focused) place.querySelector("a")?.focus();
  place.dispatchEvent(new Event("beffroi:load", { bubbles: true }));
}
