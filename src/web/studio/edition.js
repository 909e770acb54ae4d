// Which edition is shown: a draft, or a window.
import { $, desk, make, say, want } from "./base.js";
import { saveAll } from "./words.js";

let chosenKind = null;

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
  if (chosenKind === null) {
    $("kind").value = `draft:${state.name}`;
    fields(null);
  }
}

const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
/** `2020-12` as people say it; other names as they are. */
function inWords(name) {
  const [, year, month] = /^(\d{4})-(\d{2})$/.exec(name) ?? [];
  return MONTHS[month - 1] ? `${MONTHS[month - 1]} ${year}` : name;
}

function fields(kind) {
  const box = $("window-fields");
  const windows = desk.state?.windows ?? {};
  const start = windows.start ?? `${windows.last_month ?? ""}-01`;
  const field = (attributes) => make("input", attributes);
  const made = {
    month: () => [field({ id: "w-month", "aria-label": "Month", type: "month", value: start.slice(0, 7) })],
    quarter: () => [field({ id: "w-quarter", "aria-label": "Quarter, as in 2020-Q4", value: `${start.slice(0, 4)}-Q${Math.ceil(Number(start.slice(5, 7)) / 3)}` })],
    year: () => [field({ id: "w-year", "aria-label": "Year", type: "number", min: "1990", max: "2100", value: start.slice(0, 4) })],
    days: () => [
      field({ id: "w-since", "aria-label": "First day", type: "date", value: start }),
      field({ id: "w-until", "aria-label": "Last day", type: "date", value: windows.end ?? start }),
    ],
  }[kind];
  box.replaceChildren(...(made ? made() : []));
  $("window-panel").hidden = kind === null;
}

function back() {
  chosenKind = null;
  if (desk.state) showEdition(desk.state);
}

$("kind").addEventListener("change", (event) => {
  const value = event.target.value;
  if (value.startsWith("draft:")) {
    chosenKind = null;
    fields(null);
    choose(value.slice(6));
  } else {
    chosenKind = value;
    fields(value);
    $("window-fields").querySelector("input")?.focus();
  }
});
$("window").addEventListener("submit", (event) => {
  event.preventDefault();
  const windows = desk.state?.windows ?? {};
  const name = {
    month: () => $("w-month").value,
    quarter: () => $("w-quarter").value,
    year: () => $("w-year").value,
    since: () => windows.since_last ?? windows.last_month,
    days: () => `${$("w-since").value}_${$("w-until").value}`,
  }[chosenKind]?.();
  if (name) choose(name);
  else say("Choose which days the edition is about first");
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

async function choose(edition) {
  await saveAll();
  try {
    await want({ want: "choose", edition });
    say(`Now showing ${edition}`);
  } catch {
    // The reason is shown; the edition before is still open.
  }
  back();
}
