// Two versions of the same words: both are shown, and somebody chooses.
import { button, make, say } from "./base.js";

/** Shows the choice below the field. `run` has what each button does. */
export function showChoice({ element, label }, theirs, run) {
  const isLong = element.tagName !== "INPUT";
  const shown = (words) => make("blockquote", {}, words || "(nothing)");
  const box = make(
    "div",
    { class: "choice", role: "group", "aria-label": `Two versions of: ${label}` },
    make("p", {}, make("strong", {}, `${label}: these words were changed elsewhere while you typed.`), " Which do you want to keep?"),
    make("div", { class: "versions" },
      make("div", {}, make("p", { class: "label" }, "Yours"), shown(element.value)),
      make("div", {}, make("p", { class: "label" }, "In the file now"), shown(theirs))),
    make("div", { class: "line" },
      button("Keep mine", run.mine, { "data-keep": "mine" }),
      button("Take the other", run.theirs, { "data-keep": "theirs" }),
      isLong ? button("Keep both", run.both, { "data-keep": "both" }) : null),
  );
  element.after(box);
  say(`${label}: these words were changed elsewhere while you typed. Choose which to keep.`);
  return box;
}
