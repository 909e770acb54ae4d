// The left side: stories in their order, those left out, those without a date, those that came too late.
import { $, change, desk, get, make, say, want } from "./base.js";
import { jumpTo } from "./mail.js";

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
  const focus = remembered();
  const rows = new Map([...list.children].map((row) => [row.dataset.id, row]));
  const wanted = state.stories.map((story, index) => {
    const key = JSON.stringify([story, open.has(story.id), index === 0]);
    const known = rows.get(story.id);
    // A row in which somebody types stays.
    const typing = known?.contains(document.activeElement) && document.activeElement.matches("input, textarea");
    if (known && (known.dataset.key === key || typing)) return known;
    const row = storyRow(story);
    row.dataset.key = key;
    return row;
  });
  if (wanted.length !== list.children.length || wanted.some((row, at) => list.children[at] !== row)) {
    list.replaceChildren(...wanted);
  }
  bringBack(focus);
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
    row.querySelector(".cost").textContent = bytes ? ` · ${(bytes / 1024).toFixed(1)} KB` : "";
  }
}

// Which button of which story had the focus: moving a row must not lose it.
function remembered() {
  const active = document.activeElement;
  const row = active?.closest?.(".story");
  return row ? { id: row.dataset.id, act: active.dataset.act } : null;
}

function bringBack(focus) {
  if (!focus?.act) return;
  const row = document.querySelector(`.story[data-id="${CSS.escape(focus.id)}"]`);
  const button = row?.querySelector(`[data-act="${focus.act}"]:not(:disabled)`) ?? row?.querySelector("button");
  if (row && !row.contains(document.activeElement)) button?.focus();
}

const quietly = (promise, words) => promise.then(() => words && say(words)).catch(() => {});

function storyRow(story) {
  const isOn = story.state === "lead" || story.state === "shown";
  const act = (name, label, glyph, run, more = {}) =>
    make("button", { type: "button", "data-act": name, "aria-label": `${label}: ${story.title}`, title: label, onclick: run, ...more }, glyph);
  const tags = [
    story.state === "new" ? "not in the draft yet" : null,
    ...story.sent_in.map((edition) => `sent in ${edition}`),
    story.changes.length ? "changed on its website" : null,
    story.own.title !== null || story.own.summary !== null || story.own.alt !== null ? "your words" : null,
  ].filter(Boolean);
  const row = make(
    "li",
    { class: `story ${story.state === "lead" ? "lead" : ""} ${isOn ? "" : "off"}`, "data-id": story.id, "data-state": story.state },
    make(
      "div",
      { class: "row" },
      make("span", { class: "grip", "aria-hidden": "true", draggable: "true" }, "⠿"),
      make(
        "div",
        {},
        make("p", { class: "name" }, story.title),
        make("p", { class: "about" }, `${story.date} · ${story.source}${story.state === "left_out" ? " · left out" : ""}`, make("span", { class: "cost" })),
        ...tags.map((tag) => make("span", { class: "tag" }, tag)),
        ...story.changes.map((line) => make("p", { class: "about" }, line)),
      ),
    ),
    make(
      "div",
      { class: "acts" },
      isOn
        ? act("out", "Leave out", "Leave out", () => quietly(change({ do: "leave_out", id: story.id }), `Left out: ${story.title}`))
        : act("show", "Show", "Show", () => quietly(change({ do: "show", id: story.id }), `Shown: ${story.title}`)),
      isOn ? act("pin", "Lead story", story.state === "lead" ? "★ Lead" : "☆ Lead", () =>
        quietly(change({ do: "pin", id: story.id, pinned: story.state !== "lead" })), { "aria-pressed": String(story.state === "lead") }) : null,
      isOn ? act("up", "Move up", "↑", () => move(row, -1)) : null,
      isOn ? act("down", "Move down", "↓", () => move(row, 1)) : null,
      act("edit", "Edit", "Edit", () => toggle(row, story), { "aria-expanded": String(open.has(story.id)) }),
      act("find", "Find in the email", "Find", () => goToStory(story.id)),
    ),
  );
  row.addEventListener("keydown", (event) => {
    if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    if (isOn) move(row, event.key === "ArrowUp" ? -1 : 1);
  });
  drags(row, isOn);
  if (open.has(story.id)) row.append(editor(story));
  return row;
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
  quietly(change({ do: "move", id: row.dataset.id, before: before?.dataset.id ?? null }), `Now ${to + 1} of ${rows.length}`);
}

function drags(row, isOn) {
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
    if (!dragged || dragged === row || !isOn) return;
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

function toggle(row, story) {
  if (open.delete(story.id)) {
    row.querySelector(".edit")?.remove();
  } else {
    open.add(story.id);
    row.append(editor(story));
    row.querySelector(".edit input")?.focus();
  }
  row.querySelector('[data-act="edit"]').setAttribute("aria-expanded", String(open.has(story.id)));
}

function editor(story) {
  const field = (part, label, value, isLong) => {
    const id = `own-${part}-${story.id}`;
    const input = make(isLong ? "textarea" : "input", { id, rows: isLong ? "4" : null, spellcheck: "true" });
    input.value = value;
    const save = () => {
      if (input.value !== value) quietly(change({ do: "own", id: story.id, part, text: input.value }), "Saved");
    };
    input.addEventListener("change", save);
    const own = story.own[part] !== null;
    return make(
      "div",
      {},
      make("label", { for: id }, label),
      input,
      own ? make("button", { type: "button", onclick: () => quietly(change({ do: "own", id: story.id, part, text: null }), "Back to the source's words") }, "Use the source's words") : null,
    );
  };
  return make(
    "div",
    { class: "edit" },
    make("p", { class: "hint" }, "Your words for this edition. The source does not change."),
    field("title", "Title", story.title, false),
    field("summary", "Text", story.summary, true),
    story.has_picture ? field("alt", "What the picture shows", story.alt, false) : null,
    make("p", { class: "hint" }, story.place),
  );
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
