// Nothing written is lost: every text of a form is kept on this device, and on the server when an address is given.
// Kept 10 s after the last key, on leaving a field and on leaving the page; dropped by the server's next page when sent.
import { ask, fresh, icon, keep, kept } from "../shared/page.js";

const DRAFT_PREFIX = "beffroi:draft:";
const DRAFT_PAUSE = 10000;

export function attachDrafts(root) {
  for (const form of fresh(root, "form[data-draft]")) watchDraft(form);
}

function watchDraft(form) {
  const key = DRAFT_PREFIX + form.dataset.draft;
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
  form.addEventListener("focusout", save);
  window.addEventListener("pagehide", save);
  form.addEventListener("submit", () => { keep(`${key}:sent`, key); });
  form.addEventListener("beffroi:published", () => keep(key, null));
}

function draftFields(form) {
  return [...form.elements].filter((field) => field.name && field.name !== "csrf_token" && field.matches("textarea, input[type=text], input[type=search], input[type=url], input[type=email], input:not([type]), select"));
}

function texts(form) {
  return Object.fromEntries(draftFields(form).map((field) => [field.name, field.value]));
}

// Put back what this device kept, only into fields the server left empty; forget it when the form went through.
function restore(form, key) {
  const sent = kept(`${key}:sent`);
  keep(`${key}:sent`, null);
  const refused = form.querySelector("[aria-invalid=true]") || document.querySelector(".error-summary, .error-page");
  if (sent && !refused) { keep(key, null); return; }
  const draft = JSON.parse(kept(key) ?? "null");
  if (!draft) return;
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
