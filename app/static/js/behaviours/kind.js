// Another kind asks other things: its fields take the place of the former ones, what was typed elsewhere stays.
import { announce, fresh, sessionOver } from "../shared/page.js";

export function attachKinds(root) {
  for (const choice of fresh(root, "[data-kind-choice]")) choice.addEventListener("change", () => changeKind(choice));
  for (const button of fresh(root, "[data-take-proposal]")) button.addEventListener("click", (event) => takeProposal(event, button));
}

// Waits for nothing while the device is offline: the former fields stay, with what stands in them.
async function changeKind(choice) {
  const form = choice.form;
  const body = new FormData(form);
  body.delete("files");
  body.append("changer", "1");
  const answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok || answer.redirected) {
    if (answer?.redirected) sessionOver();
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-kind-part]")) {
    const next = page.querySelector(`[data-kind-part="${part.dataset.kindPart}"]`);
    if (!next) continue;
    part.replaceWith(next);
    next.dispatchEvent(new Event("beffroi:load", { bubbles: true }));
  }
  const hint = document.getElementById(`${choice.id}-hint`);
  const said = page.getElementById(`${choice.id}-hint`);
  if (hint && said) hint.textContent = said.textContent;
  announce(choice.dataset.changed);
  form.dispatchEvent(new Event("beffroi:kind"));
}

// What a file proposes takes the place of what stands in the field; the field is then the person's to change.
function takeProposal(event, button) {
  const field = document.getElementById(button.dataset.takeInto);
  if (!field?.matches("input, textarea, select")) return;  // boxes: the server ticks them
  event.preventDefault();
  field.value = button.dataset.takeProposal;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  button.closest(".hint, .other-version")?.remove();
  field.focus();
}
