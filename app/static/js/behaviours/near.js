// What resembles a title while it is typed: shown under its field after a pause, said politely, never in the way.
import { announce, ask, fresh } from "../shared/page.js";

const PAUSE = 500;
const FROM = 4;

export function attachNear(root) {
  for (const place of fresh(root, "[data-near]")) {
    const field = document.getElementById(place.dataset.nearOf);
    if (!field) continue;
    let timer = null;
    field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(() => look(place, field), PAUSE); });
  }
}

async function look(place, field) {
  const title = field.value.trim();
  if (title.length < FROM) { place.replaceChildren(); return; }
  const answer = await ask(`${place.dataset.near}?q=${encodeURIComponent(title)}`).catch(() => null);
  if (!answer?.ok || field.value.trim() !== title) return;
  const before = linksOf(place);
  place.innerHTML = await answer.text();  // a fragment of the site's own pages
  const count = place.querySelector("[data-count]")?.dataset.count;
  if (count && linksOf(place) !== before) announce(count);
}

const linksOf = (place) => [...place.querySelectorAll("a")].map((link) => link.href).join(" ");
