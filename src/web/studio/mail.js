// The centre: the email in its frame, and its other forms.
import { $, desk, get, make, say } from "./base.js";

const TABS = [
  ["mail", "Email"], ["text", "Plain text"], ["inbox", "Inbox row"], ["headers", "Headers"],
  ["mjml", "MJML"], ["source", "Source"], ["reading", "Reading order"],
];
let tab = "mail";
let light = "light";
let pictures = false;
let width = 768;
let shownMail = null;
let shownPart = null;

const tabs = $("tabs");
tabs.append(...TABS.map(([key, label]) =>
  make("button", { type: "button", role: "tab", id: `tab-${key}`, "aria-controls": "panel", "aria-selected": String(key === tab), tabindex: key === tab ? "0" : "-1", onclick: () => openTab(key) }, label)));
tabs.addEventListener("keydown", (event) => {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!by) return;
  const at = TABS.findIndex(([key]) => key === tab);
  openTab(TABS[(at + by + TABS.length) % TABS.length][0]);
  $(`tab-${tab}`).focus();
});

function openTab(key) {
  tab = key;
  for (const [name] of TABS) {
    $(`tab-${name}`).setAttribute("aria-selected", String(name === key));
    $(`tab-${name}`).tabIndex = name === key ? 0 : -1;
  }
  shownPart = null;
  shownMail = null;
  $("panel").replaceChildren();
  draw();
}

function pressed(group, name, value) {
  for (const button of group.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.dataset[name] === String(value)));
}
$("widths").addEventListener("click", (event) => {
  if (!event.target.dataset.width) return;
  width = Number(event.target.dataset.width);
  pressed($("widths"), "width", width);
  const stage = $("stage");
  if (stage) stage.style.width = `${width}px`;
});
$("lights").addEventListener("click", (event) => {
  if (!event.target.dataset.light) return;
  light = event.target.dataset.light;
  pressed($("lights"), "light", light);
  draw();
});
$("pictures").addEventListener("click", () => {
  pictures = !pictures;
  $("pictures").setAttribute("aria-pressed", String(pictures));
  draw();
});

/** Another person's copy is viewed: everything is drawn again. */
export function tellMail() {
  shownMail = null;
  shownPart = null;
}

export function showMail(now) {
  const select = $("as");
  const key = JSON.stringify(now.people);
  if (select.dataset.key !== key) {
    select.dataset.key = key;
    const groups = new Map();
    for (const person of now.people) groups.set(person.group, [...(groups.get(person.group) ?? []), person]);
    select.replaceChildren(
      ...[...groups].map(([label, people]) => make("optgroup", { label }, ...people.map((one) => make("option", { value: one.key }, one.label)))),
      make("optgroup", { label: "Another person" }, make("option", { value: "other" }, "Type an address…")),
    );
  }
  if ([...select.options].some((option) => option.value === desk.whose)) select.value = desk.whose;
  const { largest, limit } = now.size;
  const share = Math.min(100, Math.round((largest * 100) / limit));
  const fill = $("fill");
  fill.style.width = `${share}%`;
  fill.className = largest > limit ? "over" : largest > 90 * 1024 ? "near" : "";
  $("meter").setAttribute("aria-label", `${share} per cent of what Gmail shows`);
  $("size-words").textContent = `${(largest / 1024).toFixed(1)} of 102 KB, where Gmail cuts emails off (the largest message)`;
  draw();
}

function draw() {
  if (!desk.state?.stories) return;
  const isMail = tab === "mail";
  for (const id of ["widths", "lights", "pictures"]) $(id).hidden = !isMail;
  if (isMail) drawMail();
  else drawPart();
}

function drawMail() {
  const panel = $("panel");
  let stage = $("stage");
  if (!stage) {
    stage = make("div", { id: "stage" });
    stage.style.width = `${width}px`;
    panel.replaceChildren(stage);
  }
  stage.classList.toggle("dark", light !== "light");
  const address = `mail?as=${encodeURIComponent(desk.whose)}&light=${light}&pictures=${pictures ? "on" : "off"}&v=${desk.state.hash}`;
  if (shownMail === address) return;
  shownMail = address;
  // The new one is made ready behind the old one, and takes its place where it was scrolled to.
  const coming = make("iframe", { class: "coming", title: "The email", sandbox: "allow-same-origin", src: address });
  coming.addEventListener("load", () => {
    if (shownMail !== address) {
      coming.remove();
      return;
    }
    const before = stage.querySelector("iframe:not(.coming)");
    const top = before?.contentDocument?.scrollingElement?.scrollTop ?? 0;
    const page = coming.contentDocument;
    if (page?.scrollingElement) page.scrollingElement.scrollTop = top;
    page?.addEventListener("click", (event) => {
      const link = event.target.closest?.("a");
      if (!link) return;
      event.preventDefault();
      say(`This link opens ${link.getAttribute("href")}`);
    });
    coming.classList.remove("coming");
    before?.remove();
    document.body.dataset.shown = desk.state.hash;
  });
  stage.append(coming);
}

/** Scrolls the email to a story. */
export function jumpTo(title) {
  const page = $("stage")?.querySelector("iframe:not(.coming)")?.contentDocument;
  if (!page) return;
  const words = title.trim();
  const found = [...page.querySelectorAll("h1, h2, h3, h4, a, p")].find((element) => element.textContent.trim() === words);
  found?.scrollIntoView({ block: "center" });
}

async function drawPart() {
  const key = `${tab}?${desk.whose}&${desk.state.hash}`;
  if (shownPart === key) return;
  shownPart = key;
  const panel = $("panel");
  const sheet = make("div", { class: "sheet" });
  try {
    if (tab === "inbox") {
      sheet.append(...inboxRows());
    } else {
      const part = await get(`part/${tab}?as=${encodeURIComponent(desk.whose)}`);
      if (shownPart !== key) return;
      if (tab === "headers") {
        sheet.append(make("table", {}, make("tbody", {}, ...part.map(([name, value]) =>
          make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, value))))));
      } else if (tab === "reading") {
        sheet.append(make("ol", { class: "heard" }, ...part.map(({ kind, words }) =>
          make("li", {}, make("span", { class: "kind" }, kind), make("span", {}, words)))));
      } else {
        sheet.append(make("pre", {}, part));
      }
    }
  } catch (error) {
    sheet.append(make("p", {}, error.message));
  }
  const top = panel.scrollTop;
  panel.replaceChildren(sheet);
  panel.scrollTop = top;
}

// How wide a row is in each program, in pixels, and how it is set. Measured by eye: programs change, and so do people's windows.
const PROGRAMS = [
  { name: "Gmail in a browser", sender: 168, line: 620, font: "14px Roboto, Arial, sans-serif", oneLine: true },
  { name: "Gmail on a phone", sender: 210, line: 280, font: "14px Roboto, Arial, sans-serif", oneLine: false },
  { name: "Apple Mail on an iPhone", sender: 230, line: 320, font: "15px -apple-system, Helvetica, Arial, sans-serif", oneLine: false },
  { name: "Outlook on a desktop", sender: 210, line: 330, font: "14px 'Segoe UI', Arial, sans-serif", oneLine: false },
];

function cut(text, font, width) {
  const pen = (cut.canvas ??= document.createElement("canvas")).getContext("2d");
  pen.font = font;
  if (pen.measureText(text).width <= width) return text;
  let [low, high] = [0, text.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (pen.measureText(`${text.slice(0, middle)}…`).width <= width) low = middle;
    else high = middle - 1;
  }
  return `${text.slice(0, low).trimEnd()}…`;
}

function inboxRows() {
  const { sender, subject, preheader } = desk.state.inbox;
  const rows = PROGRAMS.map((program) => {
    const bold = `600 ${program.font}`;
    const from = cut(sender, bold, program.sender);
    let row;
    if (program.oneLine) {
      const whole = cut(`${subject} - ${preheader}`, program.font, program.line);
      const said = whole.slice(0, Math.min(whole.length, subject.length));
      row = make("div", { class: "mailrow cut" }, make("span", { class: "from" }, from), make("span", {}, make("span", { class: "from" }, said), make("span", { class: "pre" }, whole.slice(said.length))));
    } else {
      row = make(
        "div", { class: "mailrow" },
        make("div", { class: "from cut" }, from),
        make("div", { class: "cut" }, cut(subject, program.font, program.line)),
        make("div", { class: "pre cut" }, cut(preheader, program.font, program.line)),
      );
    }
    row.style.font = program.font;
    row.style.width = `${program.oneLine ? program.sender + program.line + 40 : program.line + 30}px`;
    row.style.maxWidth = "100%";
    return make("figure", { class: "inbox" }, make("figcaption", {}, program.name), row);
  });
  const warning = preheader ? null : make("p", { class: "problem" }, "There is no preheader: mail programs show the first words of the email instead.");
  return [make("p", { class: "hint" }, "Roughly what people see before they open the email. Widths differ from screen to screen."), warning, ...rows].filter(Boolean);
}
