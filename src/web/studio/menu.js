// A menu below a button: arrow keys, Escape, one at a time.
import { $, make } from "./base.js";

let opener = null;

/** Opens a menu of `[name, words, run]` below a button. */
export function openMenu(button, entries) {
  const menu = $("menu");
  if (opener === button && menu.matches(":popover-open")) {
    menu.hidePopover();
    return;
  }
  opener = button;
  menu.setAttribute("aria-label", button.getAttribute("aria-label"));
  menu.replaceChildren(...entries.map(([name, words, run]) =>
    make("button", { type: "button", role: "menuitem", "data-act": name, tabindex: "-1", onclick: () => close(run) }, words)));
  menu.showPopover();
  const at = button.getBoundingClientRect();
  menu.style.left = `${Math.max(4, Math.min(at.right - menu.offsetWidth, innerWidth - menu.offsetWidth - 4))}px`;
  menu.style.top = `${at.bottom + menu.offsetHeight < innerHeight ? at.bottom : Math.max(4, at.top - menu.offsetHeight)}px`;
  menu.firstElementChild?.focus();
}

function close(run) {
  const from = opener;
  $("menu").hidePopover();
  from?.focus();
  run();
}

$("menu").addEventListener("keydown", (event) => {
  const items = [...$("menu").children];
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    items[(to + items.length) % items.length]?.focus();
  } else if (event.key === "Tab") {
    close(() => {});
  }
});
$("menu").addEventListener("toggle", (event) => {
  opener?.setAttribute("aria-expanded", String(event.newState === "open"));
});
// What scrolls away takes its menu with it.
$("pane-stories").addEventListener("scroll", () => $("menu").matches(":popover-open") && $("menu").hidePopover());
