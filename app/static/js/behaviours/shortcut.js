// The "/" key goes to the search field, unless the person writes or switched it off (WCAG 2.1.4).
import { fresh, keep, kept } from "../shared/page.js";

const SHORTCUT_OFF = "beffroi:shortcuts-off";

export function attachShortcut(root) {
  for (const field of fresh(root, "[data-shortcut]")) {
    document.addEventListener("keydown", (event) => {
      const writing = event.target.closest("input, textarea, select, [contenteditable]");
      if (event.key !== field.dataset.shortcut || event.ctrlKey || event.metaKey || event.altKey || writing || kept(SHORTCUT_OFF)) return;
      event.preventDefault();
      field.focus();
      field.select();
    });
  }
  for (const button of fresh(root, "[data-toggle-shortcuts]")) {
    const say = () => { button.querySelector("span").textContent = kept(SHORTCUT_OFF) ? button.dataset.off : button.dataset.on; };
    button.hidden = false;
    say();
    button.addEventListener("click", () => { keep(SHORTCUT_OFF, kept(SHORTCUT_OFF) ? null : "1"); say(); });
  }
}
