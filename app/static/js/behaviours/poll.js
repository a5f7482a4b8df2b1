// What the platform is doing with a file: the fragment is asked again until it no longer asks to be.
import { announce, ask, fresh } from "../shared/page.js";

const POLL_EVERY = 2000;
const POLL_SLOWEST = 15000;

export function attachPolls(root) {
  for (const element of fresh(root, "[data-poll-url]")) pollLater(element, POLL_EVERY);
}

function pollLater(element, delay) {
  setTimeout(() => pollOnce(element, delay), delay);
}

async function pollOnce(element, delay) {
  if (!element.isConnected) return;
  const slower = Math.min(delay * 1.3, POLL_SLOWEST);
  if (document.hidden) { pollLater(element, delay); return; }
  try {
    const answer = await ask(element.dataset.pollUrl);
    if (!answer?.ok) { if (answer) pollLater(element, slower); return; }
    const holder = document.createElement("template");
    holder.innerHTML = await answer.text();  // a fragment of the site's own pages
    const fragment = holder.content.firstElementChild;
    if (!fragment) return;
    const changed = fragment.textContent.trim() !== element.textContent.trim();
    if (!changed && fragment.dataset.pollUrl) { pollLater(element, slower); return; }
    const focused = reachable(element).indexOf(document.activeElement);
    element.replaceWith(fragment);
    if (focused >= 0) reachable(fragment)[focused]?.focus();
    if (isWorthSaying(element, fragment)) announce(wordsOf(fragment.querySelector("[data-say]") ?? fragment));
    fragment.dispatchEvent(new Event("beffroi:load", { bubbles: true }));
  } catch {
    pollLater(element, slower);
  }
}

// What stands in different elements is said apart: « bilan.pdf PDF, 2 pages », not « bilan.pdfPDF ».
function wordsOf(element) {
  const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) found.push(texts.currentNode.data);
  return found.join(" ").replace(/\s+/g, " ").trim();
}

const reachable = (element) => [...element.querySelectorAll("a[href], button, input, select, textarea")];

// A fragment that tells its step (data-step) is said aloud when the step has changed; any other at each change.
function isWorthSaying(before, after) {
  return after.dataset.step === undefined || after.dataset.step !== before.dataset.step;
}
