// Which edition is shown: a draft, or a window.
import { $, desk, make, say, want } from "./base.js";
import { saveAll } from "./words.js";

let chosenKind = null;
// Keys walk through the list one by one: the focus stays there, and an edition opens when they rest.
const RESTS = 500;
let byKeys = false;
let resting = null;

export function showEdition(state) {
  const drafts = state.windows?.drafts ?? [];
  const list = $("drafts");
  const names = drafts.includes(state.name) ? drafts : [state.name, ...drafts];
  if (list.dataset.names !== names.join()) {
    list.replaceChildren(...names.map((name) => make("option", { value: `draft:${name}` }, inWords(name))));
    list.dataset.names = names.join();
  }
  list.label = drafts.includes(state.name) ? "Drafts" : "Editions";
  document.body.dataset.edition = state.name;
  document.body.dataset.reopen = state.reopen;
  if (chosenKind === null) {
    $("kind").value = `draft:${state.name}`;
    fields(null);
  }
}

const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
/** `2020-12` as people say it; other names as they are. */
export function inWords(name) {
  const [, year, month] = /^(\d{4})-(\d{2})$/.exec(name) ?? [];
  return MONTHS[month - 1] ? `${MONTHS[month - 1]} ${year}` : name;
}

const field = (attributes) => make("input", attributes);
// What is typed for each kind of window; one has no field.
const FIELDS = {
  month: ({ start }) => [field({ id: "w-month", "aria-label": "Month", type: "month", value: start.slice(0, 7) })],
  quarter: ({ start }) => [field({ id: "w-quarter", "aria-label": "Quarter, as in 2020-Q4", value: `${start.slice(0, 4)}-Q${Math.ceil(Number(start.slice(5, 7)) / 3)}` })],
  year: ({ start }) => [field({ id: "w-year", "aria-label": "Year", type: "number", min: "1990", max: "2100", value: start.slice(0, 4) })],
  since: () => [],
  days: ({ start, end }) => [
    field({ id: "w-since", "aria-label": "First day", type: "date", value: start }),
    field({ id: "w-until", "aria-label": "Last day", type: "date", value: end }),
  ],
};

function fields(kind) {
  const windows = desk.state?.windows ?? {};
  const start = windows.start ?? `${windows.last_month ?? ""}-01`;
  const made = FIELDS[kind]?.({ start, end: windows.end ?? start });
  $("window-fields").replaceChildren(...(made ?? []));
  $("window-panel").hidden = !(kind in FIELDS);
}

function back() {
  clearTimeout(resting);
  chosenKind = null;
  if (desk.state) showEdition(desk.state);
}

$("kind").addEventListener("keydown", () => (byKeys = true));
$("kind").addEventListener("pointerdown", () => (byKeys = false));
$("kind").addEventListener("change", (event) => {
  const value = event.target.value;
  clearTimeout(resting);
  if (value.startsWith("draft:")) {
    // What is shown until then is not what the list says.
    chosenKind = value;
    fields(null);
    resting = setTimeout(() => choose(value.slice(6)), byKeys ? RESTS : 0);
  } else {
    chosenKind = value;
    fields(value);
    if (!byKeys) $("window-fields").querySelector("input")?.focus();
  }
});
$("window").addEventListener("submit", (event) => {
  event.preventDefault();
  const windows = desk.state?.windows ?? {};
  const name = {
    month: () => $("w-month").value,
    quarter: () => $("w-quarter").value,
    year: () => $("w-year").value,
    since: () => windows.since_last ?? (windows.covered_until ? null : windows.last_month),
    days: () => `${$("w-since").value}_${$("w-until").value}`,
  }[chosenKind]?.();
  if (name) {
    // The field goes with the panel.
    $("kind").focus();
    choose(name);
  } else if (chosenKind === "since") {
    say(`The last edition covers the days until ${windows.covered_until}: choose other days`);
  } else say("Choose which days the edition is about first");
});
$("window").addEventListener("keydown", (event) => {
  if (event.key === "Escape" && chosenKind !== null) {
    event.stopPropagation();
    back();
    $("kind").focus();
  }
});
$("cancel-choice").addEventListener("click", () => {
  back();
  $("kind").focus();
});

// What is typed while another edition comes would go into that one: its fields wait.
async function choose(edition) {
  const fields = [$("pane-words"), $("pane-stories")];
  await saveAll();
  for (const pane of fields) pane.inert = true;
  desk.chosen = true;
  try {
    await want({ want: "choose", edition });
    await desk.refresh();
    say(`Now showing ${edition}`);
  } catch {
    // The reason is shown; the edition before is still open.
  } finally {
    desk.chosen = false;
    for (const pane of fields) pane.inert = false;
  }
  back();
}
desk.choose = choose;
