// Suggestions under a search field (combobox of the ARIA practices): from 2 letters, arrows, Enter, Escape. With
// data-suggest-empty the empty field opens too, on a press or on an arrow: never unasked.
import { announce, ask, fresh } from "../shared/page.js";

const SUGGEST_PAUSE = 150;
const SUGGEST_FROM = 2;
const SAY_PAUSE = 700;
const BACK_TO_TEXT = ["ArrowLeft", "ArrowRight", "Home", "End"];

export function attachSuggestions(root) {
  for (const field of fresh(root, "input[data-suggest]")) suggestUnder(field);
}

function suggestUnder(field) {
  const list = document.createElement("div");
  list.className = "menu";
  list.id = `${field.id}-suggestions`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.labels[0]?.textContent.trim() ?? "");
  list.hidden = true;
  field.after(list);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-controls": list.id, "aria-autocomplete": "list" })) field.setAttribute(name, value);
  const box = { field, list, waiting: null, asked: null, saying: null };
  field.addEventListener("input", () => suggestLater(box));
  field.addEventListener("keydown", (event) => moveInSuggestions(event, box));
  field.addEventListener("blur", () => closeSuggestions(box));
  field.addEventListener("click", () => { if (!field.value && list.hidden) fillSuggestions(box); });
  list.addEventListener("mousedown", (event) => event.preventDefault());  // the field keeps the focus however long the press
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (!option?.matches("[data-word], [data-send]") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    takeSuggestion(box, option);
  });
}

// Where several words stand in one field, separated by commas, the last one is being typed.
function typedIn(field) {
  return (field.matches("[data-tags]") ? field.value.split(/[,;]/).at(-1) : field.value).trim();
}

function takeSuggestion(box, option) {
  const { field } = box;
  const several = field.matches("[data-tags]");
  const before = several ? field.value.split(/[,;]/).slice(0, -1).map((word) => word.trim()).filter(Boolean) : [];
  if (option.dataset.word) field.value = [...before, option.dataset.word].join(", ") + (several ? ", " : "");
  if (option.matches("[data-send]")) { closeSuggestions(box); field.form.requestSubmit(); return; }
  field.dispatchEvent(new Event("input", { bubbles: true }));
  closeSuggestions(box);
  field.focus();
}

// What is shown stays until the answer to what is typed now takes its place.
function suggestLater(box) {
  stopSuggesting(box);
  chooseSuggestion(box, suggestionsIn(box.list), -1);
  if (typedIn(box.field).length < SUGGEST_FROM) closeSuggestions(box);
  else box.waiting = setTimeout(() => fillSuggestions(box), SUGGEST_PAUSE);
}

// One answer at a time: what is asked puts an end to what was asked before.
async function fillSuggestions(box) {
  const { field, list } = box;
  stopSuggesting(box);
  const words = typedIn(field);
  const opensEmpty = !field.value && field.matches("[data-suggest-empty]");
  if (words.length < SUGGEST_FROM && !opensEmpty) return;
  const mine = box.asked = new AbortController();
  const answer = await ask(`${field.dataset.suggest}?q=${encodeURIComponent(words)}`, { signal: mine.signal }).catch(() => null);
  const options = answer?.ok ? await answer.text().catch(() => "") : "";
  if (mine.signal.aborted || document.activeElement !== field) return;
  list.innerHTML = options;  // a fragment of the site's own pages
  suggestionsIn(list).forEach((option, index) => { option.id = `${list.id}-${index}`; option.tabIndex = -1; });
  list.hidden = !suggestionsIn(list).length;
  list.scrollTop = 0;
  field.setAttribute("aria-expanded", String(!list.hidden));
  field.removeAttribute("aria-activedescendant");
  const count = list.querySelector("[data-count]")?.dataset.count;  // the fragment says how many, in the reader's words
  if (count) box.saying = setTimeout(() => announce(count), SAY_PAUSE);
}

function suggestionsIn(list) {
  return [...list.querySelectorAll("[role=option]")];
}

function moveInSuggestions(event, box) {
  if (event.isComposing) return;
  const options = box.list.hidden ? [] : suggestionsIn(box.list);
  const now = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === "Escape" && !box.list.hidden) { event.preventDefault(); closeSuggestions(box); }
  else if (event.key === "Enter" && now >= 0) { event.preventDefault(); options[now].click(); }
  else if (event.key === "Enter") closeSuggestions(box);
  else if (BACK_TO_TEXT.includes(event.key)) chooseSuggestion(box, options, -1);
  else if (step && !event.altKey) {
    event.preventDefault();
    // After the last and before the first comes the field itself.
    if (options.length) chooseSuggestion(box, options, ((now + 1 + step + options.length + 1) % (options.length + 1)) - 1);
    else if (box.list.hidden) fillSuggestions(box);
  }
}

function chooseSuggestion({ field }, options, chosen) {
  options.forEach((option, index) => option.setAttribute("aria-selected", String(index === chosen)));
  if (chosen < 0) { field.removeAttribute("aria-activedescendant"); return; }
  field.setAttribute("aria-activedescendant", options[chosen].id);
  options[chosen].scrollIntoView({ block: "nearest" });
}

function stopSuggesting(box) {
  clearTimeout(box.waiting);
  clearTimeout(box.saying);
  box.asked?.abort();
}

function closeSuggestions(box) {
  stopSuggesting(box);
  box.list.hidden = true;
  box.field.setAttribute("aria-expanded", "false");
  box.field.removeAttribute("aria-activedescendant");
}
