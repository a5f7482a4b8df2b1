// Short confirmations stay 8 seconds, wait while pointed at or focused, and never take the focus.
import { fresh } from "../shared/page.js";

const TOAST_STAY = 8000;

export function attachToasts(root) {
  for (const toast of fresh(root, "[data-toast]")) {
    let timer = null;
    const close = () => toast.remove();
    const start = () => { clearTimeout(timer); timer = setTimeout(close, TOAST_STAY); };
    const wait = () => clearTimeout(timer);
    for (const name of ["pointerenter", "focusin"]) toast.addEventListener(name, wait);
    for (const name of ["pointerleave", "focusout"]) toast.addEventListener(name, start);
    toast.querySelector("[data-dismiss]")?.addEventListener("click", close);
    if (!toast.classList.contains("toast--sample")) start();
  }
}
