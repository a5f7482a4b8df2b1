// Writing Markdown without knowing it: bold, list, link, quote; preview on demand; quoting a message or a selection.
import { ask, fresh } from "../shared/page.js";

const MARKS = {
  bold: (text) => `**${text || "…"}**`,
  list: (text) => (text || "…").split("\n").map((line) => `- ${line}`).join("\n"),
  link: (text) => `[${text || "…"}](https://)`,
  quote: (text) => `${(text || "…").split("\n").map((line) => `> ${line}`).join("\n")}\n\n`,
};
const KEYS = { b: "bold", k: "link" };

export function attachComposer(root) {
  for (const editor of fresh(root, "[data-editor]")) {
    const area = editor.querySelector("textarea");
    editor.addEventListener("click", (event) => {
      const button = event.target.closest("[data-mark]");
      if (button) writeMark(area, button.dataset.mark);
    });
    area.addEventListener("keydown", (event) => {
      const mark = (event.ctrlKey || event.metaKey) && KEYS[event.key];
      if (mark) { event.preventDefault(); writeMark(area, mark); }
    });
  }
  for (const button of fresh(root, "button[data-preview-url]")) {
    button.hidden = false;
    button.addEventListener("click", () => preview(button));
  }
  for (const button of fresh(root, "[data-quote]")) {
    button.addEventListener("click", (event) => { if (quotePost(button)) event.preventDefault(); });
  }
}

function writeMark(area, mark) {
  const chosen = area.value.slice(area.selectionStart, area.selectionEnd);
  insertText(area, MARKS[mark](chosen));
}

function insertText(area, text) {
  area.focus();
  area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

async function preview(button) {
  const form = button.closest("form");
  const editor = button.closest("[data-editor]") ?? form.querySelector("[data-editor]");  // a form may hold several
  const place = editor.querySelector("[data-preview]");
  const body = new FormData(form);
  body.set("body", editor.querySelector("textarea").value);
  const answer = await ask(button.dataset.previewUrl, { method: "POST", body });
  if (answer?.ok) place.innerHTML = await answer.text();  // safe HTML made by the server, as everywhere on the page
}

// "Citer": the selection when it stands in this message, else the whole message, goes into the composer.
function quotePost(button) {
  const post = button.closest(".post");
  const area = document.querySelector("#repondre textarea");
  if (!post || !area) return false;
  const selection = document.getSelection();
  const inside = selection.rangeCount && post.contains(selection.anchorNode) ? selection.toString().trim() : "";
  const text = inside || post.querySelector(".post__body").innerText.trim();
  const author = button.dataset.quote ? `**${button.dataset.quote}**\n` : "";
  area.setSelectionRange(area.value.length, area.value.length);
  insertText(area, `${area.value && !area.value.endsWith("\n") ? "\n\n" : ""}${MARKS.quote(author + text)}`);
  return true;
}
