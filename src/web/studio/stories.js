// The left side: stories in their order, those left out, those without a date, those that came too late.
import { $, button, change, desk, get, make, quietly, want } from "./base.js";
import { jumpTo } from "./mail.js";
import { Words } from "./words.js";

const open = new Set();
let dragged = null;
// What each story takes of the email; measured once the email has been shown, for measuring composes it again for each.
let costs = {};
let costsOf = null;
let measuring = null;
const MOST_MEASURED = 120;

export function showStories(state, shown) {
  $("count").textContent = `${shown} shown`;
  const list = $("stories");
  const rows = new Map([...list.children].map((row) => [row.dataset.id, row]));
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  state.stories.forEach((story, at) => {
    const row = rows.get(story.id) ?? storyRow(story.id);
    rows.delete(story.id);
    row.show(story);
    if (list.children[at] !== row) list.insertBefore(row, list.children[at] ?? null);
  });
  for (const row of rows.values()) row.end();
  // A row that is moved in the list loses the focus.
  if (focused?.isConnected && document.activeElement !== focused) bringBack(focused);
  showBeside(state);
  showCosts();
  if (costsOf !== state.hash && shown <= MOST_MEASURED) {
    clearTimeout(measuring);
    measuring = setTimeout(() => measure(state.hash), 600);
  }
}

async function measure(hash) {
  costs = await get("part/costs").catch(() => ({}));
  costsOf = hash;
  showCosts();
}

function showCosts() {
  for (const row of document.querySelectorAll(".story")) {
    const bytes = costs[row.dataset.id];
    const words = bytes ? ` · ${(bytes / 1024).toFixed(1)} KB` : "";
    const cost = row.querySelector(".cost");
    if (cost.textContent !== words) cost.textContent = words;
  }
}

function bringBack(focused) {
  const row = focused.closest(".story");
  const other = row?.querySelector(`[data-act="${focused.dataset.act}"]:not([hidden]):not(:disabled)`);
  const to = focused.hidden || focused.disabled ? (other ?? row?.querySelector("button:not([hidden])")) : focused;
  to?.focus({ preventScroll: true });
}

const isOn = (state) => state === "lead" || state === "shown";

/** A row that stays for a story as long as the story is there: what changes is put into it. */
function storyRow(id) {
  let story = null;
  let key = null;
  let editing = null;
  const act = (name, run, more = {}) => button("", run, { "data-act": name, ...more });
  const acts = {
    out: act("out", () => quietly(change({ do: "leave_out", id }), `Left out: ${story.title}`)),
    show: act("show", () => quietly(change({ do: "show", id }), `Shown: ${story.title}`)),
    pin: act("pin", () => quietly(change({ do: "pin", id, pinned: story.state !== "lead" }), story.state === "lead" ? `No longer the lead story: ${story.title}` : `Lead story: ${story.title}`)),
    up: act("up", () => move(row, -1)),
    down: act("down", () => move(row, 1)),
    edit: act("edit", () => toggle()),
    find: act("find", () => goToStory(id)),
  };
  const [name, about, tags] = [make("p", { class: "name" }), make("p", { class: "about" }), make("div", {})];
  const [facts, cost] = [make("span", {}), make("span", { class: "cost" })];
  about.append(facts, cost);
  const row = make(
    "li",
    { class: "story", "data-id": id },
    make("div", { class: "row" }, make("span", { class: "grip", "aria-hidden": "true", draggable: "true" }, "⠿"), make("div", {}, name, about, tags)),
    make("div", { class: "acts" }, ...Object.values(acts)),
  );
  const label = (button, glyph, words, isShown) => {
    button.textContent = glyph;
    button.setAttribute("aria-label", `${words}: ${story.title}`);
    button.title = words;
    button.hidden = !isShown;
  };
  const toggle = () => {
    if (open.delete(id)) {
      editing.end();
      editing = null;
    } else {
      open.add(id);
      editing = editor(story);
      row.append(editing);
      editing.follow(story);
      editing.querySelector("input")?.focus();
    }
    acts.edit.setAttribute("aria-expanded", String(open.has(id)));
  };
  row.show = (now) => {
    editing?.follow(now);
    if (key === JSON.stringify(now)) return;
    key = JSON.stringify(now);
    story = now;
    const on = isOn(story.state);
    row.dataset.state = story.state;
    row.className = `story ${story.state === "lead" ? "lead" : ""} ${on ? "" : "off"}`;
    name.textContent = story.title;
    facts.textContent = `${story.date} · ${story.source}${story.state === "left_out" ? " · left out" : ""}`;
    tags.replaceChildren(...tagsOf(story).map((tag) => make("span", { class: "tag" }, tag)), ...story.changes.map((line) => make("p", { class: "about" }, line)));
    label(acts.out, "Leave out", "Leave out", on);
    label(acts.show, "Show", "Show", !on);
    label(acts.pin, story.state === "lead" ? "★ Lead" : "☆ Lead", "Lead story", on);
    acts.pin.setAttribute("aria-pressed", String(story.state === "lead"));
    label(acts.up, "↑", "Move up", on);
    label(acts.down, "↓", "Move down", on);
    label(acts.edit, "Edit", "Edit", true);
    acts.edit.setAttribute("aria-expanded", String(open.has(id)));
    label(acts.find, "Find", "Find in the email", true);
  };
  row.end = () => {
    editing?.end();
    row.remove();
  };
  row.addEventListener("keydown", (event) => {
    if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    if (isOn(story.state)) move(row, event.key === "ArrowUp" ? -1 : 1);
  });
  drags(row);
  return row;
}

function tagsOf(story) {
  return [
    story.state === "new" ? "not in the draft yet" : null,
    ...story.sent_in.map((edition) => `sent in ${edition}`),
    story.changes.length ? "changed on its website" : null,
    story.own.title !== null || story.own.summary !== null || story.own.alt !== null ? "your words" : null,
  ].filter(Boolean);
}

function neighbours(row) {
  const state = row.dataset.state;
  return [...row.parentElement.children].filter((other) => other.dataset.state === state);
}

function move(row, by) {
  const rows = neighbours(row);
  const at = rows.indexOf(row);
  const to = at + by;
  if (to < 0 || to >= rows.length) return;
  // Down is before the one after the next.
  const before = by < 0 ? rows[to] : rows[to + 1];
  quietly(change({ do: "move", id: row.dataset.id, before: before?.dataset.id ?? null }), `Moved to ${to + 1} of ${rows.length}`);
}

function drags(row) {
  const grip = row.querySelector(".grip");
  grip.addEventListener("dragstart", (event) => {
    dragged = row;
    row.classList.add("dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", row.dataset.id);
    event.dataTransfer.setDragImage(row, 10, 10);
  });
  grip.addEventListener("dragend", () => {
    row.classList.remove("dragged");
    document.querySelectorAll(".story.over").forEach((over) => over.classList.remove("over"));
    dragged = null;
  });
  row.addEventListener("dragover", (event) => {
    if (!dragged || dragged === row || !isOn(row.dataset.state)) return;
    event.preventDefault();
    row.classList.add("over");
  });
  row.addEventListener("dragleave", () => row.classList.remove("over"));
  row.addEventListener("drop", (event) => {
    event.preventDefault();
    row.classList.remove("over");
    if (dragged && dragged !== row) quietly(change({ do: "move", id: dragged.dataset.id, before: row.dataset.id }), "Moved");
  });
}

/** The fields of a story's own words. Each saves by itself. */
function editor(story) {
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

function showBeside(state) {
  const box = $("beside");
  const key = JSON.stringify([state.undecided, state.late, state.problems]);
  if (box.dataset.key === key || box.contains(document.activeElement)) return;
  box.dataset.key = key;
  box.replaceChildren();
  if (state.late.length) {
    box.append(group("Too late for an earlier edition", state.late, (item) => [
      make("p", { class: "about" }, `${item.date} · arrived after ${item.why} was planned`),
      make("div", { class: "line" }, make("button", { type: "button", onclick: () => quietly(change({ do: "show", id: item.id }), "Story shown") }, "Show it in this edition")),
    ]));
  }
  if (state.undecided.length) {
    box.append(group("Not sure when", state.undecided, (item) => {
      const input = make("input", { "aria-label": `Date of publication: ${item.title}`, placeholder: "3 December 2020" });
      const save = (event) => {
        event.preventDefault();
        quietly(want({ want: "date", source: item.source, id: item.id, date: input.value }), "Date saved");
      };
      return [
        make("p", { class: "about" }, `${item.date} · ${item.source}`),
        make("form", { class: "line", onsubmit: save }, input, make("button", { type: "submit" }, "Save")),
      ];
    }));
  }
  if (state.problems.length) {
    box.append(make("div", { class: "beside" }, make("h2", {}, "Sources"), ...state.problems.map((line) => make("p", { class: "problem" }, line))));
  }
}

function group(title, items, inside) {
  return make(
    "div",
    { class: "beside" },
    make("h2", {}, title),
    make("ul", { class: "rows" }, ...items.map((item) => make("li", {}, make("p", { class: "name" }, item.title), ...inside(item)))),
  );
}

/** Shows a story in the list, and in the email. */
export function goToStory(id) {
  const row = document.querySelector(`.story[data-id="${CSS.escape(id)}"]`);
  if (!row) return;
  row.scrollIntoView({ block: "center" });
  row.classList.add("found");
  setTimeout(() => row.classList.remove("found"), 2000);
  row.querySelector("button")?.focus({ preventScroll: true });
  const story = desk.state.stories.find((one) => one.id === id);
  if (story) jumpTo(story.title);
}
