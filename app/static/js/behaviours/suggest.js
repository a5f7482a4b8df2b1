// Suggestions under a search field (combobox of the ARIA practices): from 2 letters, arrows, Enter, Escape.
import { announce, ask, fresh } from "../shared/page.js";

const SUGGEST_PAUSE = 150;
const SUGGEST_FROM = 2;

export function attachSuggestions(root) {
  for (const field of fresh(root, "input[data-suggest]")) suggestUnder(field);
}

function suggestUnder(field) {
  const list = document.createElement("div");
  list.className = "menu";
  list.id = `${field.id}-suggestions`;
  list.setAttribute("role", "listbox");
  list.hidden = true;
  field.after(list);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-controls": list.id, "aria-autocomplete": "list" })) field.setAttribute(name, value);
  let timer = null;
  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(() => fillSuggestions(field, list), SUGGEST_PAUSE); });
  field.addEventListener("keydown", (event) => moveInSuggestions(event, field, list));
  field.addEventListener("blur", () => setTimeout(() => closeSuggestions(field, list), 200));
}

// Where several words stand in one field, separated by commas, the last one is being typed.
function typed(field) {
  return (field.matches("[data-tags]") ? field.value.split(/[,;]/).at(-1) : field.value).trim();
}

function take(field, list, option) {
  const several = field.matches("[data-tags]");
  const before = several ? field.value.split(/[,;]/).slice(0, -1).map((word) => word.trim()).filter(Boolean) : [];
  field.value = [...before, option.dataset.word].join(", ") + (several ? ", " : "");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  closeSuggestions(field, list);
  field.focus();
}

async function fillSuggestions(field, list) {
  const words = typed(field);
  if (words.length < SUGGEST_FROM || document.activeElement !== field) { closeSuggestions(field, list); return; }
  const answer = await ask(`${field.dataset.suggest}?q=${encodeURIComponent(words)}`).catch(() => null);
  if (!answer?.ok || typed(field) !== words) return;
  list.innerHTML = await answer.text();  // a fragment of the site's own pages
  const options = [...list.querySelectorAll("[role=option]")];
  options.forEach((option, index) => { option.id = `${list.id}-${index}`; option.tabIndex = -1; });
  for (const option of options.filter((one) => one.dataset.word)) option.addEventListener("click", () => take(field, list, option));
  list.hidden = !options.length;
  field.setAttribute("aria-expanded", String(!list.hidden));
  field.removeAttribute("aria-activedescendant");
  const count = list.querySelector("[data-count]")?.dataset.count;  // the fragment says how many, in the reader's words
  if (count) announce(count);
}

function moveInSuggestions(event, field, list) {
  if (event.key === "Escape") { closeSuggestions(field, list); return; }
  const options = [...list.querySelectorAll("[role=option]")];
  if (list.hidden || !options.length) return;
  const now = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "Enter" && now >= 0) { event.preventDefault(); options[now].click(); return; }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const chosen = (now + step + options.length) % options.length;
  options.forEach((option, index) => option.setAttribute("aria-selected", String(index === chosen)));
  field.setAttribute("aria-activedescendant", options[chosen].id);
  options[chosen].scrollIntoView({ block: "nearest" });
}

function closeSuggestions(field, list) {
  list.hidden = true;
  field.setAttribute("aria-expanded", "false");
  field.removeAttribute("aria-activedescendant");
}
