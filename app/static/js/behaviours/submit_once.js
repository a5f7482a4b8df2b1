// A form sent twice by an impatient press counts once; the button says it is busy. Back to the page, it works again.
import { fresh } from "../shared/page.js";

export function attachSubmitOnce(root) {
  for (const form of fresh(root, "form[data-submit-once]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "1";
      event.submitter?.setAttribute("aria-busy", "true");
    });
    window.addEventListener("pageshow", () => {
      delete form.dataset.sent;
      form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
    });
  }
}
