// Where I stopped: when the last new message has been seen, one small request says so. The address of a message that is
// folded away opens the page unfolded.
import { ask, fresh } from "../shared/page.js";

export function attachReading(root) {
  for (const fold of fresh(root, "[data-fold]")) goToFolded(fold);
  for (const list of fresh(root, "[data-read-url]")) {
    const posts = list.querySelectorAll(".post, .hit");
    const last = posts[posts.length - 1];
    if (!last) continue;
    const watcher = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      watcher.disconnect();
      const body = new FormData();
      body.set("upto", list.dataset.readUpto ?? last.id);
      body.set("csrf_token", document.querySelector("input[name=csrf_token]")?.value ?? "");
      ask(list.dataset.readUrl, { method: "POST", body, keepalive: true }).catch(() => {});
    }, { threshold: 0.1 });
    watcher.observe(last);
  }
}

function goToFolded(fold) {
  if (!location.hash || !fold.querySelector(`[id="${CSS.escape(location.hash.slice(1))}"]`)) return;
  const address = new URL(fold.querySelector("a").href);
  address.hash = location.hash;
  location.replace(address);
}
