// What several behaviours need: elements met once, words said aloud, requests that know about expired sessions.

const met = new WeakMap();

// Elements under `root` (itself included) that match and were not given to the same behaviour before.
export function fresh(root, selector) {
  const found = [...root.querySelectorAll(selector)];
  if (root.matches?.(selector)) found.unshift(root);
  return found.filter((element) => {
    const seen = met.get(element) ?? met.set(element, new Set()).get(element);
    if (seen.has(selector)) return false;
    seen.add(selector);
    return true;
  });
}

export function announce(sentence) {
  const region = document.querySelector("[data-live]");
  if (region) region.textContent = sentence;
}

// Ask for `address` as a script of the site; opens the sign-in dialog on 401 and gives back null when nothing usable came.
export async function ask(address, options = {}) {
  const headers = { "X-Requested-With": "fetch", ...options.headers };
  const answer = await fetch(address, { credentials: "same-origin", redirect: "follow", ...options, headers });
  if (answer.status === 401 || (answer.redirected && new URL(answer.url).pathname === "/connexion")) {
    sessionOver();
    return null;
  }
  return answer;
}

export function sessionOver() {
  const dialog = document.querySelector("[data-session-over]");
  if (!dialog || dialog.open) return;
  const back = async () => { if (await takeUpSession()) dialog.close(); };
  const left = () => { window.removeEventListener("focus", back); holdForms(takeUpSession()); };
  window.addEventListener("focus", back);
  dialog.addEventListener("close", left, { once: true });
  dialog.showModal();
}

// Somebody who has signed in again in another tab comes back to this page: its forms take the token of the new session,
// or what they send would be refused. Another person's token is left alone: this text is not theirs.
async function takeUpSession() {
  const answer = await fetch(location.href, { credentials: "same-origin" }).then((one) => one.text()).catch(() => "");
  const page = new DOMParser().parseFromString(answer, "text/html");
  const token = page.querySelector("input[name=csrf_token]")?.value;
  const [before, now] = [document, page].map((one) => one.querySelector("[data-person]")?.dataset.person);
  if (!token || !now || now !== before) return false;
  for (const field of document.querySelectorAll("input[name=csrf_token]")) field.value = token;
  return true;
}

// What is sent while the token is on its way leaves when it is there.
function holdForms(work) {
  const hold = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    work.then(() => event.target.requestSubmit(event.submitter));
  };
  document.addEventListener("submit", hold, true);
  work.then(() => document.removeEventListener("submit", hold, true));
}

// A value kept on this device; storage may be refused (private browsing), and then nothing is kept.
export function keep(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch { /* nothing is kept */ }
}

// Forget every value of this device whose key begins so.
export function forget(prefix) {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(prefix)) localStorage.removeItem(key);
  } catch { /* nothing was kept */ }
}

export function kept(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

const SVG = "http://www.w3.org/2000/svg";

export function icon(sprite, name) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("class", "icon");
  drawing.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${sprite}#${name}`);
  drawing.append(use);
  return drawing;
}

export function hasText(form) {
  return [...form.elements].some((field) => field.matches("textarea, input[type=text]") && field.value.trim());
}
