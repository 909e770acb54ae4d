// The editor's own words for a story, in this edition.
import { button, change, make, quietly } from "./base.js";
import { Words } from "./words.js";

/** The fields of a story's own words. Each saves by itself. */
export function ownWords(story) {
  const { id } = story;
  const parts = [["title", "Title", false], ["summary", "Text", true], ["alt", "What the picture shows", false]];
  const fields = parts.filter(([part]) => part !== "alt" || story.has_picture).map(([part, label, isLong]) => {
    const input = make(isLong ? "textarea" : "input", { id: `own-${part}-${id}`, rows: isLong ? "4" : null, spellcheck: "true" });
    const words = new Words(input, { change: { do: "own", id, part } }, `${label} of “${story.title}”`);
    const back = button("Use the source's words", () => {
      words.leave();
      quietly(change({ do: "own", id, part, text: null }), "Back to the source's words");
    });
    const box = make("div", {}, make("label", { for: input.id }, label), input, back);
    return { box, words, back, part };
  });
  const element = make(
    "div",
    { class: "edit" },
    make("p", { class: "hint" }, "Your words for this edition. The source does not change."),
    ...fields.map((field) => field.box),
    make("p", { class: "hint" }, story.place),
  );
  element.follow = (now) => {
    // The draft cannot be read now: what is in the fields stays.
    if (!now.own) return;
    for (const { words, back, part } of fields) {
      words.follow(now.own[part], now.own[part] ?? now[part]);
      back.hidden = now.own[part] === null;
    }
  };
  element.end = () => {
    for (const { words } of fields) words.end();
    element.remove();
  };
  return element;
}
