// Nothing written is lost: every text of a form is kept on this device, and on the server when an address is given.
// Kept every 10 s while one types, on leaving a field and on leaving the page; sent again until it arrived. Dropped only when
// the next page shows that the text arrived (a confirmation, or the new message), and when one signs out: a device may be
// shared. An expired session or a cut line never costs a word.
import { ask, forget, fresh, icon, keep, kept } from "../shared/page.js";

const DRAFT_PREFIX = "beffroi:draft:";
const SENT_KEY = "beffroi:sent";
const DRAFT_PAUSE = 10000;
// A request that outlives its page may carry 64 KiB at most, else the browser refuses it as if there were no line: a long text
// goes as any other request, and stays on this device until it arrived.
const OUTLIVES = 60000;

export function attachDrafts(root) {
  const sent = root === document ? settleSent() : null;
  for (const form of fresh(root, "form[data-draft]")) watchDraft(form, sent);
  for (const form of fresh(root, 'form[action="/deconnexion"]')) form.addEventListener("submit", () => forget(DRAFT_PREFIX));
}

// The page after a submission: forget the draft when it arrived, keep it otherwise. Gives back its key where the page is the
// answer to the form itself: the server then has every word of it, and what it shows (another's text beside it) stands.
function settleSent() {
  const key = kept(SENT_KEY);
  keep(SENT_KEY, null);
  const refused = document.querySelector(".error-summary, .error-page, .sign-in, [aria-invalid=true]");
  const arrived = document.querySelector("[data-toasts] [data-toast]") || document.querySelector(".post:target");
  if (key && arrived && !refused) keep(key, null);
  return document.body.hasAttribute("data-answers-form") ? key : null;
}

function watchDraft(form, sent) {
  // A draft belongs to the person who wrote it.
  const person = document.querySelector("[data-person]")?.dataset.person ?? "";
  const key = `${DRAFT_PREFIX}${person}:${form.dataset.draft}`;
  let last = "";
  let timer = null;
  let sending = false;
  const later = () => { timer ??= setTimeout(save, DRAFT_PAUSE); };
  const save = async () => {
    clearTimeout(timer);
    timer = null;
    const now = JSON.stringify(texts(form));
    if (now === last || form.dataset.sent) return;
    const at = Date.now();
    keep(key, JSON.stringify({ at, texts: texts(form), unsent: true }));
    if (sending) return;  // two on their way might arrive in either order: what is kept here leaves after the first
    sending = true;
    const arrived = await sendDraft(form, at);
    sending = false;
    if (!arrived) { later(); return; }
    last = now;
    if (JSON.parse(kept(key) ?? "{}").at === at) keep(key, JSON.stringify({ at, texts: JSON.parse(now) }));
    else save();
  };
  const before = JSON.stringify(texts(form));
  if (key === sent) keep(key, JSON.stringify({ at: Date.now(), texts: texts(form) }));
  restore(form, key, save);
  last = before;
  form.addEventListener("input", later);
  // On the way to the form's own button the text is about to be published: a draft sent now could arrive after it.
  form.addEventListener("focusout", (event) => { if (event.relatedTarget?.type !== "submit") save(); });
  // The last moment waits for no answer; kept here as not sent, the text is sent again when the page is opened next.
  window.addEventListener("pagehide", () => { sending = false; save(); });
  window.addEventListener("online", save);
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    keep(key, JSON.stringify({ at: Date.now(), texts: texts(form), unsent: true }));
    keep(SENT_KEY, key);
  });
}

const TYPED = "textarea, input[type=text], input[type=search], input[type=url], input[type=email], input[type=date], input:not([type]), select";

function draftFields(form) {
  return [...form.elements].filter((field) => field.name && field.name !== "csrf_token" && field.matches(TYPED));
}

function boxes(form) {
  return [...form.elements].filter((field) => field.name && field.matches("input[type=checkbox], input[type=radio]"));
}

// Boxes of one name are a list of those that are ticked; every other field is its text.
function texts(form) {
  const found = Object.fromEntries(draftFields(form).map((field) => [field.name, field.value]));
  for (const box of boxes(form)) {
    found[box.name] ??= [];
    if (box.checked) found[box.name].push(box.value);
  }
  return found;
}

// What this device kept and the server never had stands before what the server knows, and is said; what the server had
// comes back only into fields that are empty.
function restore(form, key, save) {
  let draft = null;
  try { draft = JSON.parse(kept(key) ?? "null"); } catch { keep(key, null); }
  if (!draft?.texts) return;
  const kind = form.querySelector("[data-kind-choice]");
  if (draft.unsent && kind && draft.texts.kind && draft.texts.kind !== kind.value) {
    kind.value = draft.texts.kind;
    form.addEventListener("beffroi:kind", () => fill(form, draft, save), { once: true });
    setTimeout(() => kind.dispatchEvent(new Event("change", { bubbles: true })));  // once all behaviours are attached
    return;
  }
  fill(form, draft, save);
}

function fill(form, draft, save) {
  const known = texts(form);
  let changed = false;
  for (const field of draftFields(form)) {
    const text = draft.texts[field.name];
    if (typeof text !== "string" || field.value === text || !(draft.unsent || (!field.value && text))) continue;
    field.value = text;
    changed = true;
  }
  for (const box of draft.unsent ? boxes(form) : []) {
    const ticked = draft.texts[box.name];
    if (!Array.isArray(ticked) || box.checked === ticked.includes(box.value)) continue;
    box.checked = ticked.includes(box.value);
    changed = true;
  }
  if (!changed) return;
  showDraft(form, draft.at);
  if (!draft.unsent) return;
  sayRestored(form, draft.at, known, save);
  save();
}

function sayRestored(form, at, known, save) {
  const notice = document.querySelector("[data-draft-notice]");
  if (!notice) return;
  notice.hidden = false;
  const words = notice.querySelector("[data-draft-words]");
  words.textContent = notice.dataset.draftNotice.replace("{time}", clock(at));
  notice.querySelector("[data-draft-discard]").addEventListener("click", () => {
    for (const field of draftFields(form)) field.value = known[field.name] ?? "";
    for (const box of boxes(form)) box.checked = (known[box.name] ?? []).includes(box.value);
    notice.hidden = true;
    save();
  }, { once: true });
}

async function sendDraft(form, at) {
  if (!form.dataset.draftUrl) { showDraft(form, at); return true; }
  try {
    const body = new FormData(form);
    for (const file of form.querySelectorAll("input[type=file]")) body.delete(file.name);
    const answer = await ask(form.dataset.draftUrl, { method: "POST", body, keepalive: sizeOf(body) < OUTLIVES });
    if (!answer?.ok) return answer?.status < 500;
    showDraft(form, at);
    showParts(await answer.json().catch(() => ({})));
    return true;
  } catch {
    draftLine(form, form.dataset.draftOffline, "warning");
    return false;
  }
}

// With the lines the browser writes around each field.
function sizeOf(body) {
  return [...body].reduce((sum, [name, value]) => sum + new Blob([name, value]).size + 160, 0);
}

// What the server makes of the draft elsewhere on the page: what remains to fill.
function showParts(said) {
  for (const [name, html] of Object.entries(said.parts ?? {})) {
    const part = document.querySelector(`[data-kind-part="${name}"]`);
    if (part && !part.contains(document.activeElement)) part.innerHTML = html;  // a fragment of the site's own pages
  }
}

function clock(at) {
  const french = document.documentElement.lang === "fr";
  const time = new Date(at).toLocaleTimeString(french ? "fr-FR" : "en-GB", { hour: "numeric", minute: "2-digit" });
  return french ? time.replace(":", "\u00a0h\u00a0") : time;
}

function showDraft(form, at) {
  draftLine(form, form.dataset.draftSaved?.replace("{time}", clock(at)), "check");
}

function draftLine(form, sentence, drawing) {
  const line = form.querySelector("[data-draft-line]");
  const sprite = document.querySelector("use")?.getAttribute("href").split("#")[0];
  if (line && sentence) line.replaceChildren(icon(sprite, drawing), ` ${sentence}`);
}
