// The one module of the site: each behaviour attaches itself to the elements that ask for it by a data- attribute.
import { attachShortcut } from "./behaviours/shortcut.js";
import { attachSubmitOnce } from "./behaviours/submit_once.js";
import { attachDrafts } from "./behaviours/draft.js";
import { attachUploads } from "./behaviours/upload.js";
import { attachComposer } from "./behaviours/composer.js";
import { attachViewer } from "./behaviours/viewer.js";
import { attachReading } from "./behaviours/reading.js";
import { attachToasts } from "./behaviours/toast.js";
import { attachTimes } from "./behaviours/time.js";
import { attachFacets } from "./behaviours/facets.js";
import { attachPolls } from "./behaviours/poll.js";
import { attachMenus } from "./behaviours/menu.js";
import { attachFields } from "./behaviours/fields.js";
import { attachSuggestions } from "./behaviours/suggest.js";
import { attachKinds } from "./behaviours/kind.js";
import { attachChoosing } from "./behaviours/choosing.js";
import { attachDeposits } from "./behaviours/deposit.js";
import { attachStaging } from "./behaviours/staging.js";
import { attachRemembering } from "./behaviours/remember.js";
import { attachResults } from "./behaviours/results.js";
import { attachLater } from "./behaviours/later.js";
import { attachNear } from "./behaviours/near.js";
import { attachTabs } from "./behaviours/tabs.js";

const BEHAVIOURS = [
  attachShortcut, attachSubmitOnce, attachDrafts, attachUploads, attachComposer, attachViewer, attachReading,
  attachToasts, attachTimes, attachFacets, attachPolls, attachMenus, attachFields, attachSuggestions, attachTabs,
  attachKinds, attachChoosing, attachDeposits, attachStaging, attachResults, attachLater, attachNear, attachRemembering,
];

function attachAll(root) {
  for (const attach of BEHAVIOURS) attach(root);
}

document.documentElement.classList.add("is-enhanced");
attachAll(document);
document.addEventListener("htmx:load", (event) => attachAll(event.detail.elt));
document.addEventListener("beffroi:load", (event) => attachAll(event.target));
