// Small helps of fields: text areas grow, a password can be shown, a suggested keyword is added, errors take the focus.
import { fresh } from "../shared/page.js";

const GROWS_BY_ITSELF = CSS.supports("field-sizing", "content");

export function attachFields(root) {
  if (!GROWS_BY_ITSELF) {
    for (const area of fresh(root, "textarea[data-grow]")) {
      area.addEventListener("input", () => { area.rows = Math.max(area.rows, Math.min(24, area.value.split("\n").length + 1)); });
    }
  }
  for (const button of fresh(root, "[data-show-password]")) {
    button.hidden = false;
    button.dataset.labelShow = button.textContent;
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => togglePassword(button));
  }
  for (const button of fresh(root, "[data-add-tag]")) button.addEventListener("click", () => addTag(button));
  for (const summary of fresh(root, "[data-take-focus]")) summary.focus();
}

function togglePassword(button) {
  const field = document.getElementById(button.dataset.showPassword);
  const shown = field.type === "text";
  field.type = shown ? "password" : "text";
  button.textContent = shown ? button.dataset.labelShow : button.dataset.labelHide;
  button.setAttribute("aria-pressed", String(!shown));
}

function addTag(button) {
  const field = button.closest("form")?.querySelector("[data-tags]");
  if (!field) return;
  field.value = [...field.value.split(",").map((word) => word.trim()).filter(Boolean), button.dataset.addTag].join(", ");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  button.remove();
  field.focus();
}
