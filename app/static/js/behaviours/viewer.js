// The document: arrow keys turn pages, zoom, the thumbnail of the page on screen is in view, a picture comes when drawn.
import { ask, fresh, keep, kept } from "../shared/page.js";

const ZOOM_KEY = "beffroi:zoom";
const ZOOMS = [-1, 0, 1, 2];

export function attachViewer(root) {
  for (const viewer of fresh(root, "[data-viewer]")) {
    const stage = viewer.querySelector(".viewer__stage");
    setZoom(viewer, Number(kept(ZOOM_KEY) ?? 0));
    viewer.querySelector("[data-zoom-tools]")?.removeAttribute("hidden");
    viewer.addEventListener("click", (event) => {
      if (event.target.closest("[data-zoom-in]")) setZoom(viewer, Number(viewer.dataset.zoom) + 1);
      if (event.target.closest("[data-zoom-out]")) setZoom(viewer, Number(viewer.dataset.zoom) - 1);
    });
    stage.addEventListener("keydown", (event) => turnPage(viewer, event));
    showHere(viewer, stage);
  }
  for (const link of fresh(root, "[data-drawn-page]")) putPicture(link);
}

// Put the page just drawn in the place of its text, unless the reader has begun on the text: then the link stays.
async function putPicture(link) {
  const viewer = document.querySelector("[data-viewer]");
  const answer = viewer && !isReading(viewer) && await ask(link.href).catch(() => null);
  if (!answer?.ok) return;
  const drawn = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-viewer]");
  if (!drawn?.querySelector(".sheet") || isReading(viewer)) return;
  viewer.replaceWith(drawn);
  link.parentElement.remove();
  drawn.dispatchEvent(new Event("beffroi:load", { bubbles: true }));
}

function isReading(viewer) {
  const scrolled = viewer.querySelector(".viewer__stage").scrollTop > 0;
  return scrolled || viewer.contains(document.activeElement) || !document.getSelection().isCollapsed;
}

function setZoom(viewer, wanted) {
  const zoom = Math.min(Math.max(wanted, ZOOMS[0]), ZOOMS.at(-1));
  viewer.dataset.zoom = zoom;
  keep(ZOOM_KEY, zoom ? String(zoom) : null);
}

function turnPage(viewer, event) {
  if (event.target.closest("input, select, textarea") || event.altKey || event.ctrlKey || event.metaKey) return;
  const way = { ArrowLeft: "previous-page", PageUp: "previous-page", ArrowRight: "next-page", PageDown: "next-page" }[event.key];
  const link = way && viewer.querySelector(`a[data-${way}]`);
  if (link) { event.preventDefault(); link.click(); }
}

// Bring the page's thumbnail and the first hit into view inside their own scrollers; the page moves only for who came to
// the document, and once the browser has gone there.
function showHere(viewer, stage) {
  const here = viewer.querySelector("[data-thumbs] [aria-current]");
  if (here) here.closest("ol").scrollTop = here.parentElement.offsetTop - 16;
  const hit = viewer.querySelector(".sheet svg rect, .paper mark");
  if (!hit) return;
  stage.scrollTop = Math.max(0, hit.getBoundingClientRect().top - stage.getBoundingClientRect().top - 160);
  if (location.hash !== `#${viewer.id}`) return;
  const show = () => hit.scrollIntoView({ block: "nearest" });
  if (document.readyState === "complete") show();
  else addEventListener("load", show, { once: true });
}
