// Results of a search: filters put new ones in place, arrows go through them, one is read beside, passages unfold.
import { announce, ask, fresh } from "../shared/page.js";

const WIDE = "(min-width: 75.01rem)";
const PEEK_PAUSE = 120;
let lastAsked = null;

export function attachResults(root) {
  for (const list of fresh(root, "[data-hits]")) {
    list.addEventListener("keydown", (event) => goThrough(list, event));
    list.addEventListener("focusin", (event) => choose(event.target.closest(".hit")));
    list.addEventListener("click", (event) => {
      const link = event.target.closest("a[data-unfold]");
      if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) { event.preventDefault(); unfold(link); }
      else if (!event.target.closest("a")) choose(event.target.closest(".hit"));
    });
  }
}

// The page at an address, read but not gone to.
async function pageAt(address, options = {}) {
  const answer = await ask(address, options);
  return answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
}

// Up and down go from title to title, Home and End to the first and the last; Enter opens, as on any link.
function goThrough(list, event) {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const titles = [...list.querySelectorAll(".hit__title a")];
  const here = titles.indexOf(event.target.closest(".hit")?.querySelector(".hit__title a"));
  const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: titles.length - 1 }[event.key];
  if (to === undefined || here < 0 || !titles[to]) return;
  event.preventDefault();
  titles[to].focus();
  titles[to].closest(".hit").scrollIntoView({ block: "nearest" });
}

// Read a result beside the list; the address says which, so that it can be sent as it is seen.
function choose(hit) {
  if (!hit?.dataset.peekUrl || hit.classList.contains("is-selected") || !matchMedia(WIDE).matches) return;
  for (const other of hit.parentElement.querySelectorAll(".hit.is-selected")) other.classList.remove("is-selected");
  hit.classList.add("is-selected");
  lastAsked?.abort();
  const mine = lastAsked = new AbortController();
  setTimeout(() => { if (!mine.signal.aborted) peekAt(hit.dataset.peekUrl, mine.signal); }, PEEK_PAUSE);
}

async function peekAt(address, signal) {
  const page = await pageAt(address, { signal }).catch(() => null);
  const theirs = page?.querySelector("[data-peek]");
  const ours = document.querySelector("[data-peek]");
  if (!theirs || !ours || signal.aborted) return;
  ours.replaceWith(theirs);
  history.replaceState(history.state, "", address);
}

// All the passages of a result, where it stands; the focus goes to the first that was not there.
async function unfold(link) {
  const hit = link.closest(".hit");
  const before = hit.querySelectorAll(".snippet").length;
  const page = await pageAt(link.href).catch(() => null);
  const theirs = page?.getElementById(hit.id);
  if (!theirs) { location.assign(link.href); return; }
  theirs.classList.toggle("is-selected", hit.classList.contains("is-selected"));
  hit.replaceWith(theirs);
  theirs.querySelectorAll(".snippet")[before]?.focus();
  theirs.dispatchEvent(new Event("beffroi:load", { bubbles: true }));
}

// What the filters leave, in the place of what was there; the menu stays open and the focus where it was.
export async function showInPlace(form) {
  const address = new URL(form.action);
  address.search = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
  lastAsked?.abort();
  const mine = lastAsked = new AbortController();
  const page = await pageAt(address, { signal: mine.signal }).catch(() => null);
  if (mine.signal.aborted) return;
  const theirs = page?.querySelector("[data-results]");
  if (!theirs) { form.requestSubmit(); return; }
  const open = form.querySelector("details[data-facet][open]")?.dataset.facet;
  const box = form.contains(document.activeElement) ? document.activeElement : null;
  const unfolded = Boolean(box?.closest(".facet details"));
  document.querySelector("[data-results]").replaceWith(theirs);
  const title = page.querySelector("main h1");
  const head = page.querySelector("main .page-head");
  if (head) document.querySelector("main .page-head").replaceWith(head);
  document.title = page.title;
  history.pushState(null, "", address);
  theirs.dispatchEvent(new Event("beffroi:load", { bubbles: true }));
  returnTo(theirs, open, box, unfolded);
  if (title) announce(title.textContent.trim());
}

function returnTo(results, open, box, unfolded) {
  const menu = open && results.querySelector(`details[data-facet="${CSS.escape(open)}"]`);
  if (!menu) return;
  menu.open = true;
  const rest = menu.querySelector("details");
  if (rest && unfolded) rest.open = true;
  const again = box && [...menu.querySelectorAll("input")].find((one) => one.name === box.name && one.value === box.value);
  (again ?? menu.querySelector("summary")).focus();
}

addEventListener("popstate", () => { if (document.querySelector("[data-results]")) location.reload(); });
