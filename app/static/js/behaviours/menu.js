// Menus made of <details> close on Escape and on a press outside; dialogs open from a button and give the focus back.
import { fresh } from "../shared/page.js";

export function attachMenus(root) {
  for (const menu of fresh(root, "details[data-menu]")) {
    menu.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && menu.open) { menu.open = false; menu.querySelector("summary").focus(); }
    });
    document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
    menu.addEventListener("focusout", (event) => { if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false; });
  }
  for (const button of fresh(root, "[data-open-dialog]")) {
    button.addEventListener("click", (event) => {
      const dialog = document.getElementById(button.dataset.openDialog);
      if (!dialog?.showModal) return;
      event.preventDefault();
      dialog.showModal();
      dialog.addEventListener("close", () => button.focus(), { once: true });
    });
  }
  for (const button of fresh(root, "[data-close-dialog]")) button.addEventListener("click", () => button.closest("dialog").close());
}
