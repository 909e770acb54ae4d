// The left side: stories in their order, what is left out, and a search through all of them.
import { $, desk, get, make } from "./base.js";
import { showBeside } from "./beside.js";
import { takesDrops } from "./drag.js";
import { openTab, showPanel } from "./layout.js";
import { jumpTo } from "./mail.js";
import { storyRow } from "./row.js";

// What each story takes of the email; measured once the email has been shown, for measuring composes it again for each.
let costs = {};
let costsOf = null;
let measuring = null;
const MOST_MEASURED = 120;
const LISTS = [
  { list: $("shown"), has: (story) => story.state === "lead" || story.state === "shown" },
  { list: $("group-new").querySelector("ol"), has: (story) => story.state === "new", title: "New, not in the draft yet", group: $("group-new") },
  { list: $("group-left_out").querySelector("ol"), has: (story) => story.state === "left_out", title: "Left out", group: $("group-left_out") },
];
const rows = new Map();
takesDrops($("shown"), $("pane-stories"));

export function showStories(state, shown) {
  $("count").textContent = shown;
  const focused = $("stories").contains(document.activeElement) ? document.activeElement : null;
  const gone = new Set(rows.keys());
  for (const { list, has, title, group } of LISTS) {
    const stories = state.stories.filter(has);
    stories.forEach((story, at) => {
      const row = rows.get(story.id) ?? storyRow(story.id, goToStory);
      rows.set(story.id, row);
      gone.delete(story.id);
      row.show(story);
      if (list.children[at] !== row) list.insertBefore(row, list.children[at] ?? null);
    });
    if (group) {
      group.hidden = !stories.length;
      group.querySelector("summary").textContent = `${title} · ${stories.length}`;
    }
  }
  for (const id of gone) {
    rows.get(id).end();
    rows.delete(id);
  }
  bringBack(focused);
  showFilter(state);
  filter();
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
  for (const [id, row] of rows) {
    const bytes = costs[id];
    const words = bytes ? ` · ${(bytes / 1024).toFixed(1)} KB` : "";
    const cost = row.querySelector(".cost");
    if (cost.textContent !== words) cost.textContent = words;
  }
}

// A row that is moved in the list loses the focus, and so does a button that is gone.
function bringBack(focused) {
  if (!focused || (focused === document.activeElement && !focused.hidden)) return;
  const row = focused.closest(".story");
  const to = focused.isConnected && !focused.hidden ? focused : (row?.querySelector("[data-act=more]") ?? $("shown"));
  to.focus({ preventScroll: true });
}

// Which stories are listed.
function showFilter(state) {
  const select = $("filter");
  const topics = [...new Set(state.stories.flatMap((story) => story.topics))].sort();
  const sources = [...new Set(state.stories.map((story) => story.source))].sort();
  const key = JSON.stringify([topics, sources]);
  if (select.dataset.key === key) return;
  const before = select.value;
  select.dataset.key = key;
  const group = (label, kind, names) => (names.length ? make("optgroup", { label }, ...names.map((name) => make("option", { value: `${kind}:${name}` }, name))) : null);
  select.replaceChildren(...[
    make("option", { value: "" }, "All"),
    make("option", { value: "without:picture" }, "Without a picture"),
    group("Topics", "topic", topics),
    group("Sources", "source", sources),
  ].filter(Boolean));
  if ([...select.options].some((option) => option.value === before)) select.value = before;
}

function filter() {
  const words = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const [kind, name] = [$("filter").value.split(":", 1)[0], $("filter").value.slice($("filter").value.indexOf(":") + 1)];
  const isWanted = (story) =>
    (kind !== "topic" || story.topics.includes(name)) &&
    (kind !== "source" || story.source === name) &&
    (kind !== "without" || !story.has_picture) &&
    words.every((word) => `${story.title} ${story.summary} ${story.date} ${story.source} ${story.topics.join(" ")}`.toLowerCase().includes(word));
  const isFiltered = words.length > 0 || kind !== "";
  let found = 0;
  for (const story of desk.state.stories) {
    const wanted = !isFiltered || isWanted(story);
    rows.get(story.id).hidden = !wanted;
    found += wanted ? 1 : 0;
  }
  if (isFiltered) for (const { group } of LISTS) if (group && [...group.querySelectorAll(".story")].some((row) => !row.hidden)) group.open = true;
  $("found").hidden = !isFiltered;
  $("found").textContent = isFiltered ? `${found} of ${desk.state.stories.length} stories` : "";
}
$("search").addEventListener("input", () => desk.state?.stories && filter());
$("filter").addEventListener("change", () => desk.state?.stories && filter());

/** Shows a story in the list, and in the email. */
export function goToStory(id) {
  const row = rows.get(id);
  if (!row) return;
  openTab("stories");
  if (getComputedStyle($("bottom")).display !== "none") showPanel("left");
  if (row.hidden) {
    $("search").value = "";
    $("filter").value = "";
    filter();
  }
  const group = row.closest("details");
  if (group) group.open = true;
  row.scrollIntoView({ block: "center" });
  row.classList.add("found");
  setTimeout(() => row.classList.remove("found"), 2000);
  row.querySelector("[data-act=more]").focus({ preventScroll: true });
  const story = desk.state.stories.find((one) => one.id === id);
  if (story) jumpTo(story.title);
}
