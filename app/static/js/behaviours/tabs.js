// A row of tabs wider than its place opens with the present tab in sight.
import { fresh } from "../shared/page.js";

export function attachTabs(root) {
  for (const tab of fresh(root, ".tabs [aria-current], .space-tabs [aria-current]")) {
    const row = tab.parentElement;
    const left = tab.getBoundingClientRect().left - row.getBoundingClientRect().left + row.scrollLeft;
    if (left + tab.offsetWidth > row.clientWidth) row.scrollLeft = left - (row.clientWidth - tab.offsetWidth) / 2;
  }
}
