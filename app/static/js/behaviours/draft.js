// Nothing written is lost: every text of a form is kept on this device, and on the server when an address is given.
// Kept 10 s after the last key, on leaving a field and on leaving the page. Dropped only when the next page shows that the
// text arrived (a confirmation, or the new message): an expired session or a cut line never costs a word.
import { ask, fresh, icon, keep, kept } from "../shared/page.js";

const DRAFT_PREFIX = "beffroi:draft:";
const SENT_KEY = "beffroi:sent";
const DRAFT_PAUSE = 10000;

export function attachDrafts(root) {
  if (root === document) settleSent();
  for (const form of fresh(root, "form[data-draft]")) watchDraft(form);
}

// The page after a submission: forget the draft when it arrived, keep it otherwise.
function settleSent() {
  const key = kept(SENT_KEY);
  keep(SENT_KEY, null);
  const refused = document.querySelector(".error-summary, .error-page, .sign-in, [aria-invalid=true]");
  const arrived = document.querySelector("[data-toasts] [data-toast]") || document.querySelector(".post:target");
  if (key && arrived && !refused) keep(key, null);
}

function watchDraft(form) {
  // A device may be shared: a draft belongs to the person who wrote it.
  const person = document.querySelector("[data-person]")?.dataset.person ?? "";
  const key = `${DRAFT_PREFIX}${person}:${form.dataset.draft}`;
  let last = JSON.stringify(texts(form));
  let timer = null;
  restore(form, key);
  const save = () => {
    clearTimeout(timer);
    const now = JSON.stringify(texts(form));
    if (now === last || form.dataset.sent) return;
    last = now;
    keep(key, JSON.stringify({ at: Date.now(), texts: texts(form) }));
    sendDraft(form);
  };
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(save, DRAFT_PAUSE); });
  // On the way to the form's own button the text is about to be published: a draft sent now could arrive after it.
  form.addEventListener("focusout", (event) => { if (event.relatedTarget?.type !== "submit") save(); });
  window.addEventListener("pagehide", save);
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    keep(key, JSON.stringify({ at: Date.now(), texts: texts(form) }));
    keep(SENT_KEY, key);
  });
}

function draftFields(form) {
  return [...form.elements].filter((field) => field.name && field.name !== "csrf_token" && field.matches("textarea, input[type=text], input[type=search], input[type=url], input[type=email], input:not([type]), select"));
}

function texts(form) {
  return Object.fromEntries(draftFields(form).map((field) => [field.name, field.value]));
}

// Put back what this device kept, only into fields the server left empty.
function restore(form, key) {
  let draft = null;
  try { draft = JSON.parse(kept(key) ?? "null"); } catch { keep(key, null); }
  if (!draft?.texts) return;
  let restored = false;
  for (const field of draftFields(form)) {
    if (!field.value && draft.texts[field.name]) { field.value = draft.texts[field.name]; restored = true; }
  }
  if (restored) showDraft(form, draft.at);
}

async function sendDraft(form) {
  if (!form.dataset.draftUrl) { showDraft(form, Date.now()); return; }
  try {
    const answer = await ask(form.dataset.draftUrl, { method: "POST", body: new FormData(form), keepalive: true });
    if (answer?.ok) showDraft(form, Date.now());
  } catch {
    draftLine(form, form.dataset.draftOffline, "warning");
  }
}

function showDraft(form, at) {
  const french = document.documentElement.lang === "fr";
  const clock = new Date(at).toLocaleTimeString(french ? "fr-FR" : "en-GB", { hour: "numeric", minute: "2-digit" });
  const time = french ? clock.replace(":", "\u00a0h\u00a0") : clock;
  draftLine(form, form.dataset.draftSaved?.replace("{time}", time), "check");
}

function draftLine(form, sentence, drawing) {
  const line = form.querySelector("[data-draft-line]");
  const sprite = document.querySelector("use")?.getAttribute("href").split("#")[0];
  if (line && sentence) line.replaceChildren(icon(sprite, drawing), ` ${sentence}`);
}
