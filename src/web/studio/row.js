// One story of the list. Its row stays as long as the story is there: what changes is put into it.
import { button, change, make, quietly } from "./base.js";
import { drags } from "./drag.js";
import { openMenu } from "./menu.js";
import { moveTo } from "./moves.js";
import { ownWords } from "./own.js";

const isOn = (state) => state === "lead" || state === "shown";
let withPictures = false;
document.addEventListener("pictures", (event) => {
  withPictures = event.detail;
  for (const row of document.querySelectorAll(".story")) row.showPicture();
});

export function storyRow(id, find) {
  let story = null;
  let key = null;
  let editing = null;
  const grip = make("span", { class: "grip", "aria-hidden": "true", draggable: "true" }, "⠿");
  const thumb = make("span", { class: "thumb" });
  const [name, day, source] = [make("p", { class: "name" }), make("span", {}), make("span", { class: "source" })];
  const [cost, tags] = [make("span", { class: "cost" }), make("div", { class: "tags" })];
  const pin = button("", () => quietly(change({ do: "pin", id, pinned: story.state !== "lead" }), story.state === "lead" ? `No longer the lead story: ${story.title}` : `Lead story: ${story.title}`), { "data-act": "pin", class: "quiet star" });
  const show = button("Show", () => quietly(change({ do: "show", id }), `Shown: ${story.title}`), { "data-act": "show" });
  const more = button("⋯", () => openMenu(more, entries()), { "data-act": "more", class: "quiet", "aria-haspopup": "menu", "aria-expanded": "false" });
  const row = make(
    "li",
    { class: "story", "data-id": id },
    make("div", { class: "row" }, grip, thumb, make("div", { class: "texts" }, name, make("p", { class: "about" }, day, source, cost), tags), show, make("div", { class: "acts-of" }, pin, more)),
  );

  const entries = () => [
    isOn(story.state)
      ? ["out", "Leave out", () => quietly(change({ do: "leave_out", id }), `Left out: ${story.title}`)]
      : ["show", "Show in the email", () => quietly(change({ do: "show", id }), `Shown: ${story.title}`)],
    story.state === "new" ? ["out", "Leave out", () => quietly(change({ do: "leave_out", id }), `Left out: ${story.title}`)] : null,
    ["edit", editing ? "Close its words" : "Edit words", toggle],
    ...(isOn(story.state)
      ? [["up", "Move up"], ["down", "Move down"], ["top", "Move to top"], ["end", "Move to end"]].map(([to, words]) => [to, words, () => moveTo(id, to)])
      : []),
    isOn(story.state) ? ["find", "Find in email", () => find(id)] : null,
  ].filter(Boolean);

  function toggle() {
    if (editing) {
      editing.end();
      editing = null;
      more.focus();
      return;
    }
    editing = ownWords(story);
    row.append(editing);
    editing.follow(story);
    editing.querySelector("input")?.focus();
  }

  row.showPicture = () => {
    const wanted = withPictures ? story.picture : null;
    thumb.classList.toggle("none", !story.has_picture);
    const words = story.has_picture ? "has a picture" : "no picture";
    thumb.title = words;
    if (thumb.dataset.shows === `${wanted}`) return;
    thumb.dataset.shows = `${wanted}`;
    thumb.replaceChildren(...(wanted
      ? [make("img", { src: wanted, alt: "", loading: "lazy", referrerpolicy: "no-referrer" })]
      : [make("span", { "aria-hidden": "true" }, story.has_picture ? "▧" : "–"), make("span", { class: "unseen" }, words)]));
  };
  row.show = (now) => {
    editing?.follow(now);
    const nowKey = JSON.stringify(now);
    if (key === nowKey) return;
    key = nowKey;
    story = now;
    const on = isOn(story.state);
    row.dataset.state = story.state;
    row.className = `story ${story.state === "lead" ? "lead" : ""} ${on ? "" : "off"}`;
    name.textContent = story.title;
    name.title = story.title;
    day.textContent = story.day;
    source.textContent = ` · ${story.source}`;
    tags.replaceChildren(...tagsOf(story).map((tag) => make("span", { class: "tag" }, tag)), ...story.changes.map((line) => make("p", { class: "about" }, line)));
    pin.hidden = !on;
    pin.textContent = story.state === "lead" ? "★" : "☆";
    pin.setAttribute("aria-pressed", String(story.state === "lead"));
    pin.setAttribute("aria-label", `Lead story: ${story.title}`);
    pin.title = story.state === "lead" ? "The lead story: press to make it an ordinary one" : "Make it the lead story";
    show.hidden = on;
    show.setAttribute("aria-label", `Show: ${story.title}`);
    grip.draggable = true;
    more.setAttribute("aria-label", `More for: ${story.title}`);
    row.showPicture();
  };
  row.end = () => {
    editing?.end();
    row.remove();
  };
  row.addEventListener("keydown", (event) => {
    if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key) || !isOn(story.state)) return;
    event.preventDefault();
    moveTo(id, event.key === "ArrowUp" ? "up" : "down");
  });
  drags(row, grip);
  return row;
}

function tagsOf(story) {
  return [
    ...story.sent_in.map((edition) => `sent in ${edition}`),
    story.changes.length ? "changed on its website" : null,
    Object.values(story.own ?? {}).some((words) => words !== null) ? "your words" : null,
  ].filter(Boolean);
}
