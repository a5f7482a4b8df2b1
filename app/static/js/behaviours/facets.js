// Filters apply as soon as they change; the address carries them, the page comes back where it was. In the sheet of a
// phone they wait for the button, which says each time how many results they would leave.
import { announce, ask, fresh } from "../shared/page.js";
import { showInPlace } from "./results.js";

const NARROW = "(max-width: 60rem)";
const counting = new WeakMap();

export function attachFacets(root) {
  for (const form of fresh(root, "form[data-auto-apply]")) {
    form.addEventListener("change", () => {
      if (form.closest("[data-facet-sheet]") && matchMedia(NARROW).matches) recount(form);
      else if (form.matches("[data-in-place]")) showInPlace(form);
      else form.requestSubmit();
    });
  }
  for (const sheet of fresh(root, "[data-facet-sheet]")) {
    // A window made narrow must not be covered by what stood beside the list, nor a wide one be left without it.
    const fit = () => { sheet.open = !matchMedia(NARROW).matches; };
    fit();
    matchMedia(NARROW).addEventListener("change", fit);
    sheet.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && matchMedia(NARROW).matches) { sheet.open = false; sheet.querySelector("summary").focus(); }
    });
    // The sheet covers the page: who goes on with Tab must not be left on what they cannot see. A press on its bare parts
    // gives the focus to what holds the sheet, which is not leaving.
    sheet.addEventListener("focusout", ({ relatedTarget: to }) => {
      const leaves = to && !sheet.contains(to) && !to.contains(sheet);
      if (leaves && matchMedia(NARROW).matches) sheet.open = false;
    });
  }
}

async function recount(form) {
  counting.get(form)?.abort();
  const mine = new AbortController();
  counting.set(form, mine);
  const address = new URL(form.action);
  address.search = new URLSearchParams(new FormData(form));
  try {
    const answer = await ask(address, { signal: mine.signal });
    if (!answer?.ok) return;
    const theirs = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("form.facets");
    const button = form.querySelector(".facets__apply button");
    const words = theirs?.querySelector(".facets__apply button")?.textContent;
    if (!words || !button) return;
    button.textContent = words;
    announce(words);
    recountBoxes(form, theirs);
  } catch { /* the number stays as it was; the button works all the same */ }
}

function recountBoxes(form, theirs) {
  const counts = new Map();
  for (const box of theirs.querySelectorAll("input[type=checkbox]")) counts.set(keyOf(box), countBeside(box)?.textContent);
  for (const box of form.querySelectorAll("input[type=checkbox]")) {
    const count = countBeside(box);
    if (count) count.textContent = counts.get(keyOf(box)) ?? "0";
  }
}

const keyOf = (box) => JSON.stringify([box.name, box.value]);
const countBeside = (box) => box.closest("label")?.querySelector(".check__count");
