// Panels: three tabs on the left, the checks as a sheet on small windows, one panel at a time on the smallest. What was chosen is remembered.
import { $ } from "./base.js";

const PLACE = "roundup layout";

/** What is remembered in this browser: how the page is laid out, never what is in it. */
export const remembered = (() => {
  try {
    return JSON.parse(localStorage.getItem(PLACE)) ?? {};
  } catch {
    return {};
  }
})();

export function remember(what) {
  Object.assign(remembered, what);
  try {
    localStorage.setItem(PLACE, JSON.stringify(remembered));
  } catch {
    // A private window remembers nothing.
  }
}

const TABS = ["stories", "words", "look"];

export function openTab(name, takesFocus = false) {
  for (const tab of TABS) {
    const button = $(`tab-${tab}`);
    button.setAttribute("aria-selected", String(tab === name));
    button.tabIndex = tab === name ? 0 : -1;
    $(`pane-${tab}`).hidden = tab !== name;
  }
  fold(false);
  document.body.dataset.tab = name;
  remember({ tab: name });
  if (takesFocus) $(`tab-${name}`).focus();
}

for (const tab of TABS) $(`tab-${tab}`).addEventListener("click", () => openTab(tab));
$("tabs").addEventListener("keydown", (event) => {
  const at = TABS.indexOf(document.body.dataset.tab);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: TABS.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  openTab(TABS[(to + TABS.length) % TABS.length], true);
});

function fold(isFolded) {
  document.body.classList.toggle("folded", isFolded);
  const button = $("fold-left");
  button.setAttribute("aria-expanded", String(!isFolded));
  button.textContent = isFolded ? "›" : "‹";
  const words = isFolded ? "Open the edition panel" : "Fold the edition panel";
  button.setAttribute("aria-label", words);
  button.title = words;
  remember({ isFolded });
}
$("fold-left").addEventListener("click", () => fold(!document.body.classList.contains("folded")));

/** Below 900 pixels one panel is shown. */
export function showPanel(name) {
  document.body.dataset.panel = name;
  for (const button of $("bottom").querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.dataset.panel === name));
}
$("bottom").addEventListener("click", (event) => {
  const { panel } = event.target.dataset;
  if (panel) showPanel(panel);
});

/** The checks lie over the email as a sheet where there is no room beside it. */
export function openChecks(isOpen) {
  document.body.classList.toggle("checks-open", isOpen);
  $("rail").querySelector("button")?.setAttribute("aria-expanded", String(isOpen));
}
$("close-checks").addEventListener("click", () => {
  openChecks(false);
  $("rail").querySelector("button")?.focus();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && document.body.classList.contains("checks-open") && $("right").contains(document.activeElement)) $("close-checks").click();
});

const wasFolded = Boolean(remembered.isFolded);
openTab(TABS.includes(remembered.tab) ? remembered.tab : "stories");
fold(wasFolded);
