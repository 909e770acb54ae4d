// The right side: what the checks say, and what to type when the email is ready.
import { $, make, quietly, want } from "./base.js";
import { goToStory } from "./stories.js";

const GROUPS = [["must", "Must fix"], ["should", "Should fix"], ["note", "Good to know"]];

export function showChecks(state) {
  const box = $("checks");
  const key = JSON.stringify([state.findings, state.silenced]);
  if (box.dataset.key !== key && !box.querySelector("form")?.contains(document.activeElement)) {
    box.dataset.key = key;
    box.className = "checks";
    box.replaceChildren(
      ...GROUPS.map(([severity, title]) => {
        const found = state.findings.filter((finding) => finding.severity === severity);
        if (!found.length) return null;
        return make("div", { class: severity }, make("h3", {}, `${title} (${found.length})`), ...found.map(card));
      }).filter(Boolean),
      state.findings.length ? "" : make("p", { class: "fine" }, "Every check passed."),
      ...state.silenced.map(({ rule, findings, reason }) => make("p", { class: "silent" }, `Ignored: ${rule} (${findings} found). ${reason}`)),
    );
  }
  const programs = $("programs").querySelector("ul");
  const scores = JSON.stringify(state.scores);
  if (programs.dataset.key !== scores) {
    programs.dataset.key = scores;
    programs.replaceChildren(...state.scores.map(({ family, percent }) => make("li", {}, make("span", {}, family), make("span", {}, `${percent} %`))));
  }
  $("command").textContent = state.command;
  const people = state.mailed === 1 ? "1 person" : `${state.mailed.toLocaleString("en-GB")} people`;
  $("send-words").textContent = !state.mailed
    ? "There is nobody to mail yet: put a list in the folder subscribers/."
    : state.held
      ? "Fix everything under Must fix before you send."
      : `The studio never mails your list. To send this to ${people}, run this command where you started the studio. It does not ask again.${state.practice ? " No mail server is set: messages are saved, not sent." : ""}`;
}

function card(finding) {
  const card = make(
    "div",
    { class: "finding" },
    make("p", {}, finding.message),
    make("p", { class: "cure" }, finding.cure),
    make("p", { class: "place" }, `${finding.place} · ${finding.rule}`),
  );
  const acts = make("div", { class: "acts" });
  if (finding.story) acts.append(make("button", { type: "button", onclick: () => goToStory(finding.story) }, "Go to the story"));
  if (finding.silenceable) acts.append(make("button", { type: "button", onclick: () => askWhy(card, finding) }, "Ignore this rule…"));
  if (acts.children.length) card.append(acts);
  return card;
}

function askWhy(card, finding) {
  if (card.querySelector("form")) return;
  const reason = make("input", { "aria-label": `Why you ignore the rule ${finding.rule}`, placeholder: "Why? Shown at each check" });
  const form = make("form", { class: "line" }, reason, make("button", { type: "submit" }, "Ignore it"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    quietly(want({ want: "silence", rule: finding.rule, reason: reason.value }), "The rule is ignored from now on");
    reason.blur();
  });
  card.append(form);
  reason.focus();
}

$("ask-links").addEventListener("click", async (event) => {
  const button = event.currentTarget;
  button.disabled = true;
  button.textContent = "Checking …";
  await quietly(want({ want: "check" }), "The links were checked");
  button.disabled = false;
  button.textContent = "Check links";
});
