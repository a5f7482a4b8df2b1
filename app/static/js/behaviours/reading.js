// Where I stopped: when the last new message has been seen, one small request says so.
import { ask, fresh } from "../shared/page.js";

export function attachReading(root) {
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
