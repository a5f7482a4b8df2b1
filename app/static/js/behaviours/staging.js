// The table of what waits to be completed: new rows come in, proposals fill what nobody has touched, all boxes at once.
import { fresh } from "../shared/page.js";

const FIELDS_PROPOSED = { title: "proposedTitle", dated_on: "proposedDatedOn", lang: "proposedLang" };

export function attachStaging(root) {
  for (const row of fresh(root, "[data-staged]")) row.addEventListener("input", (event) => { event.target.dataset.isTouched = ""; noteOf(row, event.target)?.setAttribute("hidden", ""); });
  for (const state of fresh(root, ".staged__state")) proposeInRow(state);
  for (const button of fresh(root, "[data-staging] button[name=cocher]")) {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      for (const box of document.querySelectorAll("[data-staged-rows] input[name=ligne]")) box.checked = Boolean(button.value);
    });
  }
}

// Give a row of the server its place at the end of the table; tells whether this page has one.
export function showStaged(said) {
  const rows = document.querySelector("[data-staged-rows]");
  if (!rows) return false;
  document.querySelector("[data-staging]").hidden = false;
  if (document.getElementById(`ligne-${said.id}`)) return true;
  const holder = document.createElement("template");
  holder.innerHTML = said.html;  // a fragment of the site's own pages
  const row = holder.content.firstElementChild;
  rows.append(row);
  row.dispatchEvent(new Event("beffroi:load", { bubbles: true }));
  return true;
}

function proposeInRow(state) {
  const row = state.closest("[data-staged]");
  if (!row) return;
  for (const [name, key] of Object.entries(FIELDS_PROPOSED)) {
    const field = row.querySelector(`[name="${name}-${row.dataset.staged}"]`);
    const value = state.dataset[key];
    if (!value || "isTouched" in field.dataset || (field.value && !("isProposed" in field.dataset))) continue;
    field.value = value;
    field.dataset.isProposed = "";
    noteOf(row, field)?.removeAttribute("hidden");
  }
}

function noteOf(row, field) {
  const name = field.name.split("-")[0];
  return row.querySelector(`[data-proposed-note="${name === "lang" ? "dated_on" : name}"]`);
}
