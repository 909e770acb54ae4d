// The right side: what the checks say, grouped by rule, and what to type when the email is ready.
import { $, button, desk, make, quietly, request, say, want } from "./base.js";
import { forgetTyped, halfTyped } from "./half_typed.js";
import { openChecks } from "./layout.js";
import { goToStory } from "./stories.js";

const GROUPS = [["must", "Must fix"], ["should", "Should fix"], ["note", "Good to know"]];
/** More of one rule are shown when somebody wants them. */
const MOST_SHOWN = 3;
const opened = new Set();

export function showChecks(state) {
  showRail(state);
  const box = $("checks");
  const key = JSON.stringify([state.findings, state.silenced]);
  if (box.dataset.key !== key) {
    box.dataset.key = key;
    box.className = "checks";
    const focused = box.contains(document.activeElement) ? document.activeElement : null;
    box.replaceChildren(...GROUPS.map(([severity, title]) => group(state, severity, title)).filter(Boolean), silenced(state));
    // A finding that is gone leaves the focus to the title of all.
    if (focused) ($(focused.id) ?? $("checks-title")).focus();
  }
  const programs = $("programs").querySelector("ul");
  const scores = JSON.stringify(state.scores);
  if (programs.dataset.key !== scores) {
    programs.dataset.key = scores;
    programs.replaceChildren(...state.scores.map(({ family, percent }) => make("li", {}, make("span", {}, family), make("span", {}, `${percent} %`))));
  }
  showAges();
  showSend(state);
}

function linkAge({ all, checked, since }) {
  if (!all) return "";
  if (!checked) return `${all === 1 ? "The link was" : `The ${all} links were`} not checked yet.`;
  return `${checked} of ${Math.max(all, checked)} links checked, ${age(new Date(since))}.`;
}

const [HOUR, DAY] = [60, 24 * 60];
function age(since) {
  const minutes = Math.round((Date.now() - since) / 60_000);
  if (minutes < 1) return "a moment ago";
  const [unit, length] = minutes < HOUR ? ["minute", 1] : minutes < 2 * DAY ? ["hour", HOUR] : ["day", DAY];
  const count = Math.round(minutes / length);
  return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
}

/** Says how old each answer of a link is now. A page stays open for hours, and a laptop sleeps. */
function showAges() {
  if (desk.state?.links) $("link-age").textContent = linkAge(desk.state.links);
  for (const place of document.querySelectorAll("[data-checked]")) place.textContent = ` · checked ${age(new Date(place.dataset.checked))}`;
}
setInterval(showAges, 30_000);
document.addEventListener("visibilitychange", showAges);

const HERE = "in the newsletter's folder (the studio keeps this one)";
// What stands above the command and behind it, by how far the edition has come.
const SENDING = {
  ready: ({ people, number, practice }) => ["Ready to send?", `Open another terminal ${HERE} and type`,
    `It shows what will be sent and asks for the number of people (${number}) before anything is sent to ${people}.${practice ? " No mail server is set: messages are saved, not sent." : ""}`],
  waiting: () => ["Ready to send?", `It must be approved first. Open another terminal ${HERE} and type`, ""],
  stopped: () => ["It is held back", `Nobody sends it until somebody types in another terminal ${HERE}`, ""],
  begun: ({ words }) => ["What became of it", `${words} To go on, type in another terminal ${HERE}`, ""],
  sending: ({ words }) => ["What became of it", `${words} To see how it goes, type in another terminal ${HERE}`, ""],
  finished: ({ words }) => ["What became of it", `${words} To see who got it, type in another terminal ${HERE}`, ""],
};

function showSend(state) {
  const { sending, mailed, practice } = state;
  const { phase, words, correction } = sending;
  const number = mailed.toLocaleString("en-GB");
  const people = mailed === 1 ? "1 person" : `${number} people`;
  const isBefore = phase === "ready" || phase === "waiting";
  const isReady = !isBefore || (Boolean(mailed) && !state.held);
  const [title, above, behind] = SENDING[phase]({ words, people, number, practice });
  $("send-title").textContent = title;
  $("command").textContent = sending.command;
  $("approval").textContent = sending.approval;
  $("command-line").hidden = !isReady;
  $("send-words").textContent = isReady ? above : !mailed
    ? "There is nobody to mail yet: put a list in the folder subscribers/."
    : "Fix everything under Must fix before you send.";
  const after = words ? unchanged(correction) : behind;
  $("send-after").textContent = isReady ? after : "";
  const banner = words ? `${words} What you change here now reaches nobody.` : "";
  if ($("begun").textContent !== banner) $("begun").textContent = banner;
  $("begun").hidden = !banner;
}

/** What is planned is what people get. */
const unchanged = (correction) => (correction
  ? `What you change here now reaches nobody, unless you send a correction: ${correction}`
  : "What you change here now reaches nobody: everybody gets the email as it was planned.");

function showRail(state) {
  const [must, should] = state.tally;
  const rail = $("rail");
  const key = JSON.stringify(state.tally);
  if (rail.dataset.key === key) return;
  rail.dataset.key = key;
  const words = ["to fix,", "should be fixed,", "good to know"];
  const counts = GROUPS.map(([severity, title], at) =>
    make("span", { class: `count ${severity} ${state.tally[at] ? "" : "none"}`, title }, String(state.tally[at]), make("span", { class: "unseen" }, ` ${words[at]} `)));
  const isOpen = document.body.classList.contains("checks-open");
  rail.replaceChildren(make(
    "button",
    { type: "button", id: "open-checks", "aria-expanded": String(isOpen), "aria-controls": "right", onclick: () => {
      const opens = !document.body.classList.contains("checks-open");
      openChecks(opens);
      if (opens) $("close-checks").focus();
    } },
    make("span", { class: "unseen" }, "Checks: "),
    ...counts,
  ));
  $("bottom").querySelector("[data-panel=right]").textContent = must + should ? `Checks (${must + should})` : "Checks";
}

function group(state, severity, title) {
  const found = state.findings.filter((finding) => finding.severity === severity);
  if (!found.length) return null;
  const rules = new Map();
  for (const finding of found) rules.set(finding.rule, [...(rules.get(finding.rule) ?? []), finding]);
  return make("div", { class: severity }, make("h3", {}, `${title} · ${found.length}`), ...[...rules].map(([rule, of]) => card(severity, rule, of)));
}

function card(severity, rule, findings) {
  const id = `${severity}-${rule}`;
  const rows = findings.map((finding, at) => row(finding, at, `${id}-${at}`));
  const card = make("div", { class: "finding", "data-rule": rule }, make("p", { class: "rule" }, make("span", {}, findings[0].title || rule), findings.length > 1 ? make("span", { class: "tag" }, String(findings.length)) : null), ...rows);
  if (findings.length > MOST_SHOWN) {
    const show = (all) => rows.forEach((row, at) => (row.hidden = !all && at >= MOST_SHOWN));
    show(opened.has(id));
    const more = button("", () => {
      if (!opened.delete(id)) opened.add(id);
      show(opened.has(id));
      label();
    }, { id: `${id}-more`, class: "quiet" });
    const label = () => {
      more.textContent = opened.has(id) ? "Show fewer" : `Show all ${findings.length}`;
      more.setAttribute("aria-expanded", String(opened.has(id)));
    };
    label();
    card.append(more);
  }
  return card;
}

function row(finding, at, id) {
  const acts = make("div", { class: "acts" });
  if (finding.story) acts.append(button("Show", () => {
    openChecks(false);
    goToStory(finding.story);
  }, { id: `${id}-show`, "aria-label": `Show the story: ${finding.message}` }));
  if (finding.silenceable) acts.append(button("Ignore…", () => ask(finding), { id: `${id}-ignore`, "aria-label": `Ignore: ${finding.message}` }));
  const checked = finding.checked_at ? make("span", { "data-checked": finding.checked_at }) : null;
  return make(
    "div",
    { class: "one" },
    make("p", {}, finding.message),
    make("p", { class: "cure" }, finding.cure),
    make("p", { class: "place" }, `${finding.place} · ${finding.rule}`, checked),
    acts.children.length ? acts : null,
  );
}

function silenced(state) {
  const box = make("div", { class: "silenced" });
  if (!state.findings.length) box.append(make("p", { class: "fine" }, "Every check passed."));
  if (!state.silenced.length) return box;
  box.append(make("h3", {}, `Ignored · ${state.silenced.length}`));
  for (const { rule, findings, reason, edition, story } of state.silenced) {
    const where = story ? `for the story ${titleOf(story)}` : edition ? "in this edition" : "always";
    const again = button("Check again", () => quietly(want({ want: "hear", rule, edition, story }), `${rule} is checked again`), { id: `hear-${[rule, edition, story].filter(Boolean).join("-")}`, "data-hear": rule, "aria-label": `Check again: ${rule}` });
    box.append(make("div", { class: "silent" }, make("p", {}, `${rule}, ${where}: ${findings} found. ${reason}`), again));
  }
  return box;
}

const titleOf = (id) => desk.state.stories.find((story) => story.id === id)?.title ?? id;

// Where it is ignored, and why.
let asking = null;
let askedBefore = null;
halfTyped("ignore", $("ignore-why"));
function ask(finding) {
  asking = { ...finding, edition: desk.state.name };
  const places = [
    finding.story ? ["story", `This story: ${titleOf(finding.story)}`] : null,
    ["edition", `This edition: ${desk.state.name}`],
    ["always", "Always, in every edition"],
  ].filter(Boolean);
  $("ignore-what").textContent = finding.message;
  $("ignore-where").replaceChildren(...places.map(([value, words], at) =>
    make("label", { class: "choice-of" }, make("input", { type: "radio", name: "where", value, checked: at === 0 }), ` ${words}`)));
  // A reason that was typed for the same check is still there.
  if (askedBefore !== finding.message) forgetTyped($("ignore-why"));
  askedBefore = finding.message;
  $("ignore-trouble").textContent = "";
  $("ignore").showModal();
  $("ignore-why").focus();
}
$("close-ignore").addEventListener("click", () => $("ignore").close());
$("ignore-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const where = $("ignore-where").querySelector("input:checked").value;
  const { rule, story } = asking;
  // The one that was open when somebody pressed Ignore: another one may be by now.
  const edition = where === "always" ? null : asking.edition;
  try {
    await request({ want: "silence", rule, reason: $("ignore-why").value, edition, story: where === "story" ? story : null });
    forgetTyped($("ignore-why"));
    $("ignore").close();
    desk.saved();
    say(`Ignored: ${rule}. It is listed under Ignored, where it can be checked again.`);
  } catch (error) {
    $("ignore-trouble").textContent = error.message;
  }
});

$("ask-links").addEventListener("click", async (event) => {
  const pressed = event.currentTarget;
  pressed.disabled = true;
  pressed.textContent = "Checking …";
  await quietly(want({ want: "check" }), "The links were checked");
  pressed.disabled = false;
  pressed.textContent = "Check links";
});

