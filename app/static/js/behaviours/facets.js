// Filters apply as soon as they change; the address carries them, the page comes back where it was.
import { fresh } from "../shared/page.js";

const NARROW = "(max-width: 60rem)";

export function attachFacets(root) {
  for (const form of fresh(root, "form[data-auto-apply]")) {
    form.addEventListener("change", () => {
      if (form.closest("[data-facet-sheet]") && matchMedia(NARROW).matches) return;
      form.requestSubmit();
    });
  }
  for (const sheet of fresh(root, "[data-facet-sheet]")) {
    sheet.open = !matchMedia(NARROW).matches;
    sheet.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && matchMedia(NARROW).matches) { sheet.open = false; sheet.querySelector("summary").focus(); }
    });
  }
}
