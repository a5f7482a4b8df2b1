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
  if (root === document) document.addEventListener("change", takeOffered);
}

// A keyword drawn from the text: ticked, it goes into the field at once.
function takeOffered(event) {
  const box = event.target;
  if (!box.matches?.("[data-offer-keyword]")) return;
  const label = box.closest("label");
  const next = label.nextElementSibling ?? label.previousElementSibling;
  addWord(box.form?.querySelector("[data-tags]"), box.value);
  if (next) next.querySelector("input").focus();
  else label.closest("fieldset").remove();
  label.remove();
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
  addWord(field, button.dataset.addTag);
  button.remove();
  field.focus();
}

function addWord(field, added) {
  if (!field) return;
  field.value = [...field.value.split(",").map((word) => word.trim()).filter(Boolean), added].join(", ");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
