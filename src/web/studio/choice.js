// Two versions of the same words: both are shown, and somebody chooses.
import { button, make, say } from "./base.js";

const inWords = (words) => words || "(nothing)";

/** Shows the choice below the field. `run` has what each button does. The box stays as it is while both versions do: a
 * button that is made again under a hand is pressed in vain. */
export function showChoice({ element, label }, theirs, run) {
  const isLong = element.tagName !== "INPUT";
  const mine = make("blockquote", {}, inWords(element.value));
  const box = make(
    "div",
    { class: "choice", role: "group", "aria-label": `Two versions of: ${label}` },
    make("p", {}, make("strong", {}, `${label}: these words were changed elsewhere while you typed.`), " Which do you want to keep?"),
    make("div", { class: "versions" },
      make("div", {}, make("p", { class: "label" }, "Yours"), mine),
      make("div", {}, make("p", { class: "label" }, "In the file now"), make("blockquote", {}, inWords(theirs)))),
    make("div", { class: "line" },
      button("Keep mine", run.mine, { "data-keep": "mine" }),
      button("Take the other", run.theirs, { "data-keep": "theirs" }),
      isLong ? button("Keep both", run.both, { "data-keep": "both" }) : null),
  );
  element.after(box);
  say(`${label}: these words were changed elsewhere while you typed. Choose which to keep.`);
  const typed = () => (mine.textContent = inWords(element.value));
  element.addEventListener("input", typed);
  const end = () => {
    element.removeEventListener("input", typed);
    box.remove();
  };
  return { theirs, end };
}
