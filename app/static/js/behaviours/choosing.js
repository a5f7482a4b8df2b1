// Records chosen in a list to stand side by side: how many is said, no more than can be compared, and what is chosen goes
// on to the other pages, filters and orders of the list.
import { announce, fresh } from "../shared/page.js";

const NAME = "id";

export function attachChoosing(root) {
  for (const form of fresh(root, "form[data-choosing]")) {
    form.addEventListener("change", () => told(form));
    bound(form);
  }
}

function told(form) {
  const chosen = chosenIn(form);
  const words = JSON.parse(form.dataset.words);
  const sentence = words[Math.min(chosen.length, words.length - 1)];
  form.querySelector("[data-count]").textContent = sentence;
  announce(sentence);
  bound(form);
  carry(chosen);
}

const chosenIn = (form) => new FormData(form).getAll(NAME);

function bound(form) {
  const isFull = chosenIn(form).length >= Number(form.dataset.choosing);
  for (const box of form.querySelectorAll(`input[type=checkbox][name=${NAME}]`)) box.disabled = isFull && !box.checked;
}

function carry(chosen) {
  for (const link of document.querySelectorAll("main a[href]")) {
    if (isThisList(link.href)) link.href = withChosen(link.href, chosen);
  }
  for (const form of document.querySelectorAll("main form[method=get]:not([data-choosing])")) {
    if (!isThisList(form.action, false)) continue;
    for (const old of form.querySelectorAll(`input[type=hidden][name=${NAME}]`)) old.remove();
    for (const one of chosen) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: NAME, value: one }));
  }
  history.replaceState(history.state, "", withChosen(location.href, chosen));
}

function isThisList(address, ofKind = true) {
  const there = new URL(address, location.href), here = new URL(location.href);
  return there.origin === here.origin && there.pathname === here.pathname
    && (!ofKind || there.searchParams.get("type") === here.searchParams.get("type"));
}

function withChosen(address, chosen) {
  const url = new URL(address, location.href);
  url.searchParams.delete(NAME);
  for (const one of chosen) url.searchParams.append(NAME, one);
  return url.href;
}
