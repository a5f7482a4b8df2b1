// The table of what waits to be completed: new rows come in, proposals fill what nobody has touched, all boxes at once.
import { ask, fresh } from "../shared/page.js";

const ASK_EVERY = 2000;
const ASK_SLOWEST = 15000;
const FIELDS_PROPOSED = { title: "proposedTitle", dated_on: "proposedDatedOn", lang: "proposedLang" };

export function attachStaging(root) {
  for (const row of fresh(root, "[data-staged]")) row.addEventListener("input", (event) => { event.target.dataset.isTouched = ""; noteOf(row, event.target)?.setAttribute("hidden", ""); });
  for (const state of fresh(root, ".staged__state")) proposeInRow(state);
  for (const table of fresh(root, "[data-staging]")) askLater(table, ASK_EVERY);
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

// What became of the files, for all the rows that wait in one question, less and less often while nothing changes.
function askLater(table, delay) {
  setTimeout(async () => {
    const changed = await askStates(table).catch(() => false);
    if (table.isConnected) askLater(table, changed ? ASK_EVERY : Math.min(delay * 1.3, ASK_SLOWEST));
  }, delay);
}

async function askStates(table) {
  const waiting = [...table.querySelectorAll(".staged__state[data-is-waiting]")];
  if (!waiting.length || document.hidden) return true;
  const ids = new URLSearchParams(waiting.map((state) => ["ligne", state.dataset.ofRow]));
  const answer = await ask(`${table.dataset.staging}?${ids}`);
  if (!answer?.ok) return false;
  const holder = document.createElement("template");
  holder.innerHTML = await answer.text();  // a fragment of the site's own pages
  let changed = false;
  for (const now of holder.content.querySelectorAll(".staged__state")) {
    const before = waiting.find((state) => state.dataset.ofRow === now.dataset.ofRow);
    if (!before || before.contains(document.activeElement) || before.textContent === now.textContent) continue;
    before.replaceWith(now);
    now.dispatchEvent(new Event("beffroi:load", { bubbles: true }));
    changed = true;
  }
  return changed;
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
