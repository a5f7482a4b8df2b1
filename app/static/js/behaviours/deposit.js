// Files travel in pieces (tus 1.0), two at a time, to the table of what is to be completed or to the form around them. A cut
// line is waited for, a closed page is no loss: the same file chosen again goes on where it stopped. Without the client of the
// protocol a file travels whole.
import { announce, ask, fresh, icon, sessionOver } from "../shared/page.js";
import { showAnswer, takeFiles, uploadEnded, uploadRow } from "./upload.js";
import { showStaged } from "./staging.js";

const LANES = 2;
const PIECE_SIZE = 4 * 1024 * 1024;
const RETRY_AFTER = [0, 1000, 3000, 5000];
const LOOK_AGAIN = 10000;
const SAY_EVERY = 5000;

export function attachDeposits(root) {
  for (const place of fresh(root, "[data-deposit]")) {
    const zone = place.querySelector("[data-dropzone]");
    const state = { place, zone, waiting: [], onTheirWay: new Set(), known: new Set(), lanes: 0, done: 0, total: 0, said: 0, leftOut: "" };
    takeFiles(zone, zone.querySelector("input[type=file]"), (files) => takeAll(state, files));
    window.addEventListener("beforeunload", (event) => { if (state.lanes) event.preventDefault(); });
    place.closest("form").addEventListener("submit", (event) => waitForFiles(state, event), true);
  }
}

// A form sent now would leave behind the files that are still on their way; nothing else hears of this submission.
function waitForFiles(state, event) {
  if (!state.lanes) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  sayAbove(state, state.place.dataset.travelling);
  state.place.scrollIntoView({ block: "nearest" });
}

async function takeAll(state, files) {
  const { place } = state;
  const most = Number(place.dataset.most);
  if (most === 1 && files.length) beginAgain(state);
  place.closest("[data-deposit-here]")?.classList.add("is-used");
  state.leftOut = files.length > most ? place.dataset.tooMany.replace("{number}", files.length) : "";
  if (state.leftOut) sayAbove(state, state.leftOut);
  const begun = await whatHasBegun(place);
  for (const file of files.slice(0, most)) {
    const key = `${file.name}|${file.size}|${file.lastModified}`;
    const row = uploadRow(state.zone, place.querySelector("[data-uploads]"), file);
    if (state.known.has(key)) { uploadEnded(row, place.dataset.twice, ""); continue; }
    state.known.add(key);
    state.total += 1;
    queue(state, { file, row, key, url: addressOf(begun, file) });
  }
}

// Where one file alone is wanted, the one chosen last is meant.
function beginAgain(state) {
  for (const one of [...state.onTheirWay]) cancel(state, one);
  state.done = state.total = 0;
}

function queue(state, one) {
  one.row.status.textContent = state.place.dataset.waiting;
  one.row.cancel.addEventListener("click", () => cancel(state, one));
  state.waiting.push(one);
  state.onTheirWay.add(one);
  while (state.lanes < LANES && state.waiting.length) runLane(state);
}

async function runLane(state) {
  state.lanes += 1;
  for (let one = state.waiting.shift(); one; one = state.waiting.shift()) {
    if (!one.over) await send(state, one);
    state.onTheirWay.delete(one);
  }
  state.lanes -= 1;
  if (!state.lanes) tell(state, true);
}

// What the server holds of earlier attempts, from whatever page or device.
async function whatHasBegun(place) {
  try {
    const answer = await ask(place.dataset.unfinishedUrl);
    return answer?.ok ? await answer.json() : [];
  } catch {
    return [];
  }
}

function addressOf(begun, file) {
  const same = (one) => one.name === file.name && one.size === file.size && one.modified === String(file.lastModified);
  return begun.find(same)?.url ?? null;
}

async function send(state, one) {
  try {
    const client = await tusClient(state.place);
    if (one.over) return;
    if (client) await sendInPieces(state, one, client);
    else await sendWhole(state, one);
  } catch (error) {
    ended(state, one, error.message || state.zone.dataset.failed);
  }
}

function sendInPieces(state, one, client) {
  return new Promise((done) => {
    one.finish = done;
    one.upload = new client.Upload(one.file, {
      endpoint: state.place.dataset.endpoint,
      uploadUrl: one.url,
      chunkSize: PIECE_SIZE,
      retryDelays: RETRY_AFTER,
      storeFingerprintForResuming: false,
      metadata: { filename: one.file.name, modified: String(one.file.lastModified) },
      headers: headersOf(state.place),
      onProgress: (sent, total) => progress(state, one, sent, total),
      onSuccess: () => settle(state, one),
      onError: (error) => failed(state, one, error),
    });
    one.upload.start();
  });
}

function headersOf(place) {
  const token = place.closest("form").elements.csrf_token.value;
  return { "X-Requested-With": "fetch", "X-CSRFToken": token };
}

function progress(state, one, sent, total) {
  const percent = total ? Math.floor((100 * sent) / total) : 0;
  one.row.bar.value = percent;
  one.row.status.textContent = state.zone.dataset.sending.replace("{percent}", percent);
}

// The line is away, or the server: the upload goes on as soon as one of them is back. A refusal is final and says why; a form
// takes its files even where no more may wait in the table, or from who may change a resource and add none.
function failed(state, one, error) {
  if (one.over) return;
  const status = error.originalResponse?.getStatus() ?? 0;
  if ([403, 404, 409].includes(status) && !one.upload.url && isForm(state)) { sendWhole(state, one); return; }
  if (!status || status >= 500) { waitForLine(state, one, () => one.upload.start()); return; }
  if (status === 401) sessionOver();
  one.url = one.upload.url;
  ended(state, one, sentenceOf(error) || state.zone.dataset.failed, status === 401 || status === 429);
}

function sentenceOf(error) {
  try { return JSON.parse(error.originalResponse.getBody()).error; } catch { return ""; }
}

function waitForLine(state, one, again) {
  one.row.status.textContent = state.place.dataset.cut;
  announce(state.place.dataset.cut);
  const goOn = () => {
    if (!one.over && navigator.onLine === false) return;
    window.removeEventListener("online", goOn);
    clearInterval(timer);
    if (!one.over) again();
  };
  const timer = setInterval(goOn, LOOK_AGAIN);
  window.addEventListener("online", goOn);
}

const isForm = (state) => state.place.dataset.deposit === "form";

// All bytes are there: the server takes the file in, unless it did so with the last piece, and gives its row, or its line in
// the form.
async function settle(state, one) {
  const body = new FormData();
  body.append("envoi", one.upload.url.split("/").pop());
  const where = isForm(state) ? state.place.dataset.page : `${one.upload.url}/ranger`;
  let answer = null;
  try {
    answer = await fetch(where, { method: "POST", headers: headersOf(state.place), body, credentials: "same-origin" });
  } catch { /* the line is away */ }
  if (!answer || answer.status >= 500) { waitForLine(state, one, () => settle(state, one)); return; }
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) arrived(state, one, said);
  else ended(state, one, said.error || state.zone.dataset.failed);
}

function sendWhole(state, one) {
  return new Promise((done) => {
    one.finish ??= done;
    const request = new XMLHttpRequest();
    one.upload = { abort: async () => request.abort() };
    const body = new FormData();
    body.append("files", one.file);
    request.upload.addEventListener("progress", (event) => progress(state, one, event.loaded, event.total));
    request.addEventListener("error", () => ended(state, one, state.zone.dataset.failed, true));
    request.addEventListener("load", () => {
      let said = {};
      try { said = JSON.parse(request.responseText); } catch { /* no words */ }
      if (request.status === 401) sessionOver();
      if (request.status < 400) arrived(state, one, said);
      else ended(state, one, said.error || state.zone.dataset.failed, request.status === 401 || request.status >= 500);
    });
    request.open("POST", state.place.dataset.page);
    for (const [name, value] of Object.entries(headersOf(state.place))) request.setRequestHeader(name, value);
    request.send(body);
  });
}

function arrived(state, one, said) {
  one.over = true;
  state.done += 1;
  for (const line of document.querySelectorAll("[data-unfinished]")) if (one.url && line.dataset.unfinished === one.url) line.remove();
  if (isForm(state) && said.html) { sayReceived(state, one, said); return; }
  const shown = said.html && showStaged(said);
  if (shown) one.row.row.remove();
  else mark(one, said.said || state.zone.dataset.received, "ok");
  tell(state, false);
  one.finish?.();
}

// In a form a file may be taken away and chosen again; what became of it is said aloud.
function sayReceived(state, one, said) {
  state.known.delete(one.key);
  announce(`${one.file.name} : ${said.message || state.zone.dataset.received}`);
  const line = showAnswer(one.row, said.html);
  if (state.place.dataset.most === "1") state.place.querySelector("[data-uploads]").replaceChildren(line);
  tell(state, false);
  one.finish?.();
}

function ended(state, one, sentence, mayRetry = false) {
  if (one.over) return;
  one.over = true;
  state.known.delete(one.key);
  mark(one, sentence, "danger");
  announce(`${one.file.name} : ${sentence}`);
  if (mayRetry) offerRetry(state, one);
  one.finish?.();
}

// Cancelled by hand: what has come is forgotten on the server too.
function cancel(state, one) {
  if (one.over) return;
  one.over = true;
  state.known.delete(one.key);
  state.total -= 1;
  one.upload?.abort(true).catch(() => { /* it expires by itself */ });
  uploadEnded(one.row, state.zone.dataset.cancelled, "");
  one.finish?.();
}

function mark(one, sentence, tone) {
  one.row.bar.remove();
  one.row.cancel.replaceWith(one.row.after = document.createElement("span"));
  one.row.status.replaceChildren(Object.assign(document.createElement("span"), { textContent: sentence, className: `is-${tone}` }));
}

function offerRetry(state, one) {
  const again = Object.assign(document.createElement("button"), { type: "button", className: "icon-button" });
  again.setAttribute("aria-label", state.place.dataset.retry.replace("{name}", one.file.name));
  again.append(icon(state.zone.dataset.sprite, "refresh"));
  one.row.after.replaceWith(again);
  again.addEventListener("click", () => {
    const row = uploadRow(state.zone, state.place.querySelector("[data-uploads]"), one.file);
    one.row.row.replaceWith(row.row);
    state.known.add(one.key);
    queue(state, { file: one.file, key: one.key, url: one.url, row });
  });
}

// How far all of them have come, and that some were left out: seen at each file, heard every few seconds and at the end.
function tell(state, atEnd) {
  const sentence = state.place.dataset.progress.replace("{done}", state.done).replace("{total}", state.total);
  sayAbove(state, `${state.leftOut} ${sentence}`.trim(), !isForm(state) && (atEnd || Date.now() - state.said > SAY_EVERY));
  const here = state.place.closest("[data-deposit-here]");
  if (here && atEnd && state.done) here.querySelector("[data-deposit-next]").hidden = false;
}

function sayAbove(state, sentence, aloud = true) {
  const line = state.place.querySelector("[data-deposit-line]");
  line.textContent = sentence;
  line.hidden = false;
  if (!aloud) return;
  state.said = Date.now();
  announce(sentence);
}

let asked = null;

// The client of the protocol is fetched when the first file is; nothing when the site has none.
function tusClient(place) {
  asked ??= new Promise((done) => {
    if (window.tus || !place.dataset.client) { done(window.tus ?? null); return; }
    const script = Object.assign(document.createElement("script"), { src: place.dataset.client });
    script.addEventListener("load", () => done(window.tus ?? null));
    script.addEventListener("error", () => { asked = null; done(null); });
    document.head.append(script);
  });
  return asked;
}
