// Files dropped or chosen: what each says of itself, the line of one on its way (see deposit.js).
import { announce, fresh, icon } from "../shared/page.js";

export function attachUploads(root) {
  for (const row of fresh(root, ".upload")) propose(row);
}

// What a file says of itself fills the fields that are still empty, and is marked as proposed; nothing typed is replaced.
function propose(row) {
  for (const [key, value] of Object.entries(row.dataset)) {
    const name = key.startsWith("proposed") ? key.slice("proposed".length).toLowerCase() : "";
    const field = name && value && document.querySelector(`[data-proposal="${name}"]`);
    if (field && !field.value.trim()) {
      const text = name === "date" && field.type === "text" ? value.split("-").reverse().join("/") : value;
      field.value = field.maxLength > 0 ? text.slice(0, field.maxLength) : text;
      if (!field.value) continue;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      markProposed(field, row.querySelector("b")?.textContent ?? "");
    }
  }
}

function markProposed(field, file) {
  const sentence = field.form?.dataset.proposedNote;
  if (!sentence) return;
  const note = Object.assign(document.createElement("p"), { className: "hint hint--proposed", textContent: sentence.replace("{file}", file) });
  field.closest(".field").append(note);
  field.addEventListener("input", () => note.remove(), { once: true });
}

// Files chosen or dropped are handed over at once; the field is free again.
export function takeFiles(zone, input, take) {
  acceptDrops(zone, (files) => take([...files]));
  input.addEventListener("change", () => { take([...input.files]); input.value = ""; });
}

function acceptDrops(zone, take) {
  const holdsFiles = (event) => event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragover", (event) => { if (holdsFiles(event)) { event.preventDefault(); zone.classList.add("is-over"); } });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) zone.classList.remove("is-over"); });
  document.addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    zone.classList.remove("is-over");
    take(event.dataTransfer.files);
  });
}

export function uploadRow(zone, list, file) {
  const row = document.createElement("li");
  row.className = "upload";
  const tile = document.createElement("span");
  tile.className = "kind-tile kind-tile--small kind--report";
  tile.append(icon(zone.dataset.sprite, "file"));
  const words = document.createElement("span");
  const name = Object.assign(document.createElement("b"), { textContent: file.name });
  const status = Object.assign(document.createElement("span"), { className: "meta" });
  words.append(name, status);
  const cancel = Object.assign(document.createElement("button"), { type: "button", className: "icon-button" });
  cancel.setAttribute("aria-label", zone.dataset.cancel.replace("{name}", file.name));
  cancel.append(icon(zone.dataset.sprite, "close"));
  const bar = Object.assign(document.createElement("progress"), { max: 100, value: 0 });
  bar.setAttribute("aria-label", file.name);
  row.append(tile, words, cancel, bar);
  list.append(row);
  return { row, status, cancel, bar, name };
}

// The server's own line takes the place of ours: it knows how to follow the reading of the file and to take it away.
export function showAnswer(row, html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;  // a fragment of the site's own pages
  const line = holder.content.firstElementChild;
  forgetSame(line);
  row.row.replaceWith(line);
  line.dispatchEvent(new Event("beffroi:load", { bubbles: true }));
  return line;
}

// A file sent twice is kept once: its earlier line goes.
function forgetSame(line) {
  const mine = line.querySelector("[name=ordre]")?.value;
  for (const one of document.querySelectorAll("[data-uploads] [name=ordre]")) if (one.value === mine) one.closest(".upload").remove();
}

export function uploadEnded(row, sentence, tone) {
  row.bar.remove();
  row.cancel.replaceWith(document.createElement("span"));
  row.status.replaceChildren(Object.assign(document.createElement("span"), { textContent: sentence, className: tone ? `is-${tone}` : "" }));
  announce(`${row.name.textContent} : ${sentence}`);
}
