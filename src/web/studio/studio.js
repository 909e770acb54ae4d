// The page of the studio: requests the state, and shows it. It holds nothing that is not in a file, or on its way there.
import { $, button, desk, get, make, quietly, say, want } from "./base.js";
import { connect, connection, doubt } from "./connection.js";
import { showChecks } from "./checks.js";
import { inWords, showEdition } from "./edition.js";
import { showLook } from "./look.js";
import { forgetShown, forgetSize, showMail } from "./mail.js";
import { onPerson, showPeople } from "./person.js";
import { showStories } from "./stories.js";
import "./testing.js";
import { offerUnsaved } from "./unsaved.js";
import { showWords } from "./wording.js";
import { asked, isTyped, isTyping, leaveOthers, saveAll, showSaved, wasSaved } from "./words.js";

let passing = null;
desk.saved = wasSaved;
desk.trouble = (words) => {
  passing = words;
  showFault();
};

function showFault() {
  const fault = desk.state?.fault;
  const box = $("fault");
  document.body.classList.toggle("broken", Boolean(fault));
  document.body.classList.toggle("empty", Boolean(desk.state) && !desk.state.stories);
  box.hidden = !fault && !passing;
  const key = JSON.stringify([passing, fault, Boolean(desk.state?.stories)]);
  if (box.dataset.key === key) return;
  box.dataset.key = key;
  const said = passing
    ? [make("div", { class: "passing" }, make("h2", {}, passing), button("Close", () => desk.trouble(null), { "aria-label": "Close this message" }))]
    : [];
  box.replaceChildren(...said, ...(fault ? about(fault) : []));
}

/** The draft's file was taken away: the studio still has its text. */
function showLost(file) {
  const box = $("lost");
  const focused = box.contains(document.activeElement);
  box.hidden = !file;
  if (!file) {
    delete box.dataset.of;
    if (focused) $("centre").focus();
    return;
  }
  if (box.dataset.of === file) return;
  box.dataset.of = file;
  box.replaceChildren(
    make("strong", {}, `The file ${file} is gone.`),
    " The email shows what a new draft would have. The studio still has the text: ",
    button("Put the file back", () => quietly(want({ want: "restore" }), "The file is back"), { "data-lost": "restore" }),
    button("Go on without it", () => quietly(want({ want: "let_go" }), "Nothing is kept of it"), { "data-lost": "let_go" }),
  );
}

function about(fault) {
  const lines = [];
  if (fault.line !== null && fault.line !== undefined) {
    const caret = fault.column ? `${" ".repeat(fault.column - 1)}^` : "";
    lines.push(make("pre", {}, `${fault.line}\n${caret}`));
  }
  return [
    make("h2", {}, fault.what),
    make("p", { class: "place" }, fault.place ?? ""),
    ...lines,
    ...fault.more.map((more) => make("p", {}, more)),
    make("p", {}, fault.cure ?? ""),
    fault.nearest ? make("p", {}, button(`Open ${inWords(fault.nearest)}, the nearest month with stories`, () => desk.choose(fault.nearest), { class: "main", "data-nearest": fault.nearest })) : "",
    make("p", { class: "hint" }, desk.state.stories ? "Below is the last version of the email that worked." : "Choose another edition above, or fix this: the page follows."),
  ];
}

let running = null;
let again = false;
// The newest revision that is known of: what is on its way may be as new.
let newest = 0;
/** Shows what there is now, or a revision that is known of; ends when that is shown. */
async function refresh(revision = null) {
  newest = Math.max(newest, revision ?? 0);
  if (revision !== null && !running && desk.state?.revision >= newest) return;
  again ||= revision === null || !running;
  running ??= fetchAll().finally(() => (running = null));
  await running;
}
desk.refresh = refresh;

async function fetchAll() {
  try {
    while (again) {
      again = false;
      const state = await get(`state?as=${encodeURIComponent(desk.whose)}`);
      if (isHeld(state)) {
        newest = 0;
        continue;
      }
      desk.state = state;
      show();
      if (desk.state.revision < newest) {
        again = true;
        newest = 0;
      }
    }
  } catch (error) {
    if (error.isGone) doubt();
    else desk.trouble(error.message);
  }
}

// Another tab has opened another edition while words are typed here: they stay what they are, until somebody decides.
function isHeld(state) {
  const before = desk.state?.name;
  const isOther = Boolean(before) && state.name !== before && !desk.chosen && isTyping();
  const box = $("held");
  box.hidden = !isOther;
  if (!isOther || box.dataset.of === state.name) return isOther;
  box.dataset.of = state.name;
  box.replaceChildren(
    make("strong", {}, `Another tab has opened ${inWords(state.name)}.`),
    ` What you type here belongs to ${inWords(before)}. It is kept in this browser, and saved when you open that edition again. `,
    button(`Open ${inWords(before)} again`, () => desk.choose(before), { "data-held": "again" }),
    button(`Show ${inWords(state.name)}`, () => desk.choose(state.name), { "data-held": "other" }),
  );
  return isOther;
}

function show() {
  showState();
  // Once every field has its words: those of another edition are not this one's trouble.
  leaveOthers();
  showSaved();
  offerUnsaved(isTyped, ({ edition, target, text }, over) => asked(target, text, over, edition));
}

function showState() {
  const { state } = desk;
  showFault();
  showLost(state.lost);
  showSteps(state.steps);
  showEdition(state);
  if (state.look) showLook(state.look);
  if (!state.stories) {
    forgetFigures();
    document.title = `${state.name} · roundup studio`;
    $("name").textContent = state.name;
    $("facts").textContent = "";
    return;
  }
  const shown = state.stories.filter((story) => story.state === "lead" || story.state === "shown").length;
  document.title = `${state.inbox.subject} · roundup studio`;
  $("name").textContent = state.inbox.subject;
  const people = state.mailed ? `${state.mailed.toLocaleString("en-GB")} ${state.mailed === 1 ? "person" : "people"}` : "no list yet";
  const facts = `${state.title} · ${people}${state.practice ? " · practice mode" : ""}`;
  if ($("facts").textContent !== facts) $("facts").textContent = facts;
  $("fetch").hidden = !state.has_websites;
  showWords(state);
  showStories(state, shown);
  showPeople(state);
  showMail(state);
  showChecks(state);
}

onPerson(() => {
  forgetShown();
  refresh();
});

$("fetch").addEventListener("click", async (event) => {
  const pressed = event.currentTarget;
  pressed.disabled = true;
  try {
    const { unread } = await want({ want: "fetch" });
    if (unread.length) desk.trouble(`Some news could not be fetched. ${unread.join(" ")}`);
    else say("The news is up to date");
  } catch {
    // The reason is shown.
  }
  pressed.disabled = false;
});

// Undo and redo, of the edition that is shown and of what is the same for all. In a field, the field's own undo is meant.
async function step(which, words) {
  await saveAll();
  try {
    const { file } = await want({ want: which, edition: desk.state?.name });
    wasSaved();
    say(file.startsWith("editions/") ? words : `${words}: for every edition (${file})`);
  } catch {
    // The reason is shown.
  }
}
$("undo").addEventListener("click", () => step("undo", "Undone"));
$("redo").addEventListener("click", () => step("redo", "Redone"));

/** A button that has done its last step gives the focus on: otherwise the page would lose it. */
function showSteps(steps) {
  const focused = document.activeElement;
  for (const which of ["undo", "redo"]) $(which).disabled = !steps[which];
  if ((focused === $("undo") || focused === $("redo")) && focused.disabled) {
    ([$("undo"), $("redo")].find((one) => !one.disabled) ?? $("centre")).focus();
  }
}

/** Figures of the edition before are not those of one that has no email. */
function forgetFigures() {
  $("count").textContent = "";
  forgetSize();
}
document.addEventListener("keydown", (event) => {
  const typing = event.target.matches?.("input, textarea, select, [contenteditable]");
  const key = event.key.toLowerCase();
  if (typing || !(event.ctrlKey || event.metaKey) || !["z", "y"].includes(key)) return;
  event.preventDefault();
  $(event.shiftKey || key === "y" ? "redo" : "undo").click();
});

$("copy").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText($("command").textContent);
    say("Copied");
  } catch {
    getSelection().selectAllChildren($("command"));
    say("The browser copies nothing here: the command is selected, press Ctrl+C");
  }
});

// Whoever comes back from another terminal has perhaps sent the edition, approved or paused it there.
addEventListener("focus", () => desk.state && refresh());

connect((revision) => {
  if (!connection.isGone) refresh(revision);
});
