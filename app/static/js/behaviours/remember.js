// What is asked from a search box is kept among the person's last searches, beside the search itself.
import { ask, fresh } from "../shared/page.js";

const LONGEST = 500;

export function attachRemembering(root) {
  for (const form of fresh(root, "form[data-remember]")) form.addEventListener("submit", () => remember(form));
}

function remember(form) {
  const words = form.elements.q.value.trim().slice(0, LONGEST);
  const token = document.querySelector("input[name=csrf_token]")?.value;
  if (!words || !token) return;
  const body = new FormData();
  body.append("q", words);
  body.append("csrf_token", token);
  ask(form.dataset.remember, { method: "POST", body, keepalive: true }).catch(() => null);
}
