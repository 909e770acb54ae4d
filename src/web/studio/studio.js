// The page of the studio: asks for the state, shows it, and says what somebody wants. It holds nothing that is not in a file.
import { $, change, desk, get, make, say, want } from "./base.js";
import { showChecks } from "./checks.js";
import { showMail, tellMail } from "./mail.js";
import { showStories } from "./stories.js";

let passing = null;
desk.trouble = showTrouble;
function showTrouble(words) {
  passing = words;
  showFault();
}

function showFault() {
  const fault = desk.state?.fault;
  const box = $("fault");
  document.body.classList.toggle("broken", Boolean(fault));
  box.hidden = !fault && !passing;
  if (passing && !fault) {
    box.replaceChildren(make("h2", {}, passing));
    return;
  }
  if (!fault) return;
  const lines = [];
  if (fault.line !== null && fault.line !== undefined) {
    const caret = fault.column ? `${" ".repeat(fault.column - 1)}^` : "";
    lines.push(make("pre", {}, `${fault.line}\n${caret}`));
  }
  box.replaceChildren(
    make("h2", {}, fault.what),
    make("p", { class: "place" }, fault.place ?? ""),
    ...lines,
    ...fault.more.map((more) => make("p", {}, more)),
    make("p", {}, fault.cure ?? ""),
    make("p", { class: "hint" }, desk.state.stories ? "Below is the last version of the email that worked." : ""),
  );
}

let asking = false;
let again = false;
async function refresh() {
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  try {
    desk.state = await get(`state?as=${encodeURIComponent(desk.whose)}`);
    show();
  } catch (error) {
    showTrouble(error.message);
  } finally {
    asking = false;
  }
  if (again) {
    again = false;
    await refresh();
  }
}

function show() {
  showFault();
  $("undo").disabled = !desk.state.steps.undo;
  $("redo").disabled = !desk.state.steps.redo;
  if (!desk.state.stories) return;
  const shown = desk.state.stories.filter((story) => story.state === "lead" || story.state === "shown").length;
  document.title = `${desk.state.inbox.subject} · roundup studio`;
  $("name").textContent = desk.state.inbox.subject;
  $("facts").replaceChildren(
    make("span", {}, desk.state.title),
    make("span", {}, `${shown} ${shown === 1 ? "story" : "stories"}`),
    make("span", {}, desk.state.mailed ? `${desk.state.mailed.toLocaleString("en-GB")} ${desk.state.mailed === 1 ? "person" : "people"}` : "no list yet"),
    make("span", {}, desk.state.draft ? `saved in ${desk.state.draft}` : "not saved yet: your first change saves a draft"),
  );
  $("fetch").hidden = !desk.state.has_websites;
  showWindow();
  showWords();
  showStories(desk.state, shown);
  showMail(desk.state);
  showChecks(desk.state);
}

// What somebody types is not overwritten while they type it.
function put(field, value) {
  if (document.activeElement !== field && field.value !== value) field.value = value;
  field.dataset.saved = value;
}

function showWords() {
  put($("subject"), desk.state.words.subject);
  put($("preheader"), desk.state.words.preheader);
  put($("introduction"), desk.state.words.introduction);
  const template = $("template");
  if (template.dataset.names !== desk.state.templates.join()) {
    template.replaceChildren(...desk.state.templates.map((name) => make("option", { value: name }, name)));
    template.dataset.names = desk.state.templates.join();
  }
  put(template, desk.state.template);
  put($("group"), desk.state.group);
}

for (const [id, name] of [["subject", "subject"], ["preheader", "preheader"], ["introduction", "introduction"]]) {
  $(id).addEventListener("change", (event) => {
    const text = event.target.value;
    if (text !== event.target.dataset.saved) change({ do: name, text }).catch(() => {});
  });
}
$("template").addEventListener("change", (event) => change({ do: "template", name: event.target.value }).catch(() => {}));
$("group").addEventListener("change", (event) => change({ do: "group", by: event.target.value }).catch(() => {}));

// The edition.
let chosenKind = null;
function showWindow() {
  const drafts = desk.state.windows.drafts;
  const list = $("drafts");
  const names = drafts.includes(desk.state.name) ? drafts : [desk.state.name, ...drafts];
  if (list.dataset.names !== names.join()) {
    list.replaceChildren(...names.map((name) => make("option", { value: `draft:${name}` }, name)));
    list.dataset.names = names.join();
  }
  list.label = drafts.includes(desk.state.name) ? "Drafts" : "Editions";
  if (chosenKind === null) {
    $("kind").value = `draft:${desk.state.name}`;
    fields(null);
  }
}

function fields(kind) {
  const box = $("window-fields");
  const start = desk.state?.windows.start ?? "";
  const field = (attributes) => make("input", attributes);
  const made = {
    month: () => [field({ id: "w-month", "aria-label": "Month", type: "month", value: start.slice(0, 7) || desk.state.windows.last_month })],
    quarter: () => [field({ id: "w-quarter", "aria-label": "Quarter, as in 2020-Q4", value: `${start.slice(0, 4)}-Q${Math.ceil(Number(start.slice(5, 7)) / 3)}` })],
    year: () => [field({ id: "w-year", "aria-label": "Year", type: "number", min: "1990", max: "2100", value: start.slice(0, 4) })],
    days: () => [
      field({ id: "w-since", "aria-label": "First day", type: "date", value: start }),
      field({ id: "w-until", "aria-label": "Last day", type: "date", value: desk.state.windows.end }),
    ],
  }[kind];
  box.replaceChildren(...(made ? made() : []));
  $("choose").hidden = !made && kind !== "since";
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
  }
});
$("window").addEventListener("submit", (event) => {
  event.preventDefault();
  const name = {
    month: () => $("w-month").value,
    quarter: () => $("w-quarter").value,
    year: () => $("w-year").value,
    since: () => desk.state.windows.since_last ?? desk.state.windows.last_month,
    days: () => `${$("w-since").value}_${$("w-until").value}`,
  }[chosenKind]?.();
  if (name) choose(name);
});
async function choose(edition) {
  await want({ want: "choose", edition })
    .then(() => {
      chosenKind = null;
      say(`Now showing ${edition}`);
    })
    .catch(() => {});
}

// Seen by.
function seeAs(key) {
  desk.whose = key;
  tellMail();
  refresh();
}
$("as").addEventListener("change", (event) => {
  if (event.target.value !== "other") {
    seeAs(event.target.value);
    return;
  }
  const address = prompt("View as whom? Type an address from your list.");
  seeAs(address ? `address:${address.trim()}` : "first");
});

$("fetch").addEventListener("click", async (event) => {
  const button = event.currentTarget;
  button.disabled = true;
  await want({ want: "fetch" }).then(() => say("The news is up to date")).catch(() => {});
  button.disabled = false;
});

// Undo and redo. In a field, the browser's own undo is what is meant.
$("undo").addEventListener("click", () => want({ want: "undo" }).then(() => say("Undone")).catch(() => {}));
$("redo").addEventListener("click", () => want({ want: "redo" }).then(() => say("Redone")).catch(() => {}));
document.addEventListener("keydown", (event) => {
  const typing = event.target.matches?.("input, textarea, select");
  if (typing || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
  event.preventDefault();
  $(event.shiftKey ? "redo" : "undo").click();
});

// A test.
$("open-test").addEventListener("click", () => {
  $("tested").replaceChildren();
  if (!$("to").value) $("to").value = (desk.state?.test ?? []).join(", ");
  $("test").showModal();
  $("to").focus();
});
$("close-test").addEventListener("click", () => $("test").close());
$("test-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  $("tested").replaceChildren(make("p", {}, "Sending …"));
  try {
    const { tests } = await want({ want: "test", to: $("to").value, whose: desk.whose });
    const practice = desk.state.practice ? " The message is in outbox/: no mail server is set." : "";
    $("tested").replaceChildren(
      ...tests.map(({ address, accepted, answer }) =>
        make("p", { class: accepted ? "good" : "bad" }, `${accepted ? "Accepted" : "Rejected"}: ${address} (${answer})`)),
      make("p", {}, practice),
    );
  } catch (error) {
    $("tested").replaceChildren(make("p", { class: "bad" }, error.message));
  }
});
$("copy").addEventListener("click", async () => {
  await navigator.clipboard.writeText($("command").textContent).catch(() => {});
  say("Copied");
});

// The first event comes at once, and every time the connection comes back.
const events = new EventSource("events");
events.addEventListener("version", refresh);
events.addEventListener("error", () => {
  if (events.readyState === EventSource.CLOSED) showTrouble("The studio has stopped. Start it again with roundup preview.");
});
