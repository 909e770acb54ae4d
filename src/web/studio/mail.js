// The centre: the email in its frame, and its other forms.
import { $, desk, get, make, say } from "./base.js";
import { inboxRows } from "./inbox.js";
import { remember, remembered } from "./layout.js";

const VIEWS = [...$("view").options].map((option) => option.value);
const LIGHTS = [...$("light").options].map((option) => option.value);
const WIDTHS = [375, 768, 1024];
const known = (value, all, otherwise) => (all.includes(value) ? value : otherwise);

let view = known(remembered.view, VIEWS, "mail");
let light = known(remembered.light, LIGHTS, "light");
let width = known(remembered.width, WIDTHS, 768);
// Pictures are loaded when somebody wants them: that is not remembered.
let pictures = false;
let shownMail = null;
let shownPart = null;
$("view").value = view;
$("light").value = light;

$("view").addEventListener("change", () => {
  view = $("view").value;
  remember({ view });
  shownPart = null;
  shownMail = null;
  $("panel").replaceChildren();
  draw();
});

function showWidth() {
  for (const button of $("widths").querySelectorAll("button")) button.setAttribute("aria-pressed", String(Number(button.dataset.width) === width));
  const stage = $("stage");
  if (stage) stage.style.width = `${width}px`;
}
$("widths").addEventListener("click", (event) => {
  const wanted = event.target.closest("[data-width]")?.dataset.width;
  if (!wanted) return;
  width = Number(wanted);
  remember({ width });
  showWidth();
  say(`Shown ${width} pixels wide`);
});
showWidth();
$("light").addEventListener("change", () => {
  light = $("light").value;
  remember({ light });
  draw();
});
$("pictures").addEventListener("click", () => {
  pictures = !pictures;
  $("pictures").setAttribute("aria-pressed", String(pictures));
  document.body.classList.toggle("with-pictures", pictures);
  document.dispatchEvent(new CustomEvent("pictures", { detail: pictures }));
  say(pictures ? "Pictures are loaded from the web" : "Pictures are off");
  draw();
});

/** Another person's copy is viewed: everything is drawn again. */
export function forgetShown() {
  shownMail = null;
  shownPart = null;
}

export function showMail(now) {
  const { largest, limit } = now.size;
  const share = Math.min(100, Math.round((largest * 100) / limit));
  const fill = $("fill");
  fill.style.width = `${share}%`;
  fill.className = largest > limit ? "over" : largest > 90 * 1024 ? "near" : "";
  $("meter").setAttribute("aria-label", `${share} per cent of what Gmail shows`);
  $("size-words").textContent = `${(largest / 1024).toFixed(1)} of 102 KB before Gmail cuts it`;
  draw();
}

/** There is no email, and so no size. */
export function forgetSize() {
  $("fill").style.width = "0";
  $("meter").setAttribute("aria-label", "No size yet");
  $("size-words").textContent = "";
}

function draw() {
  if (!desk.state?.stories) return;
  const isMail = view === "mail";
  for (const id of ["widths", "light"]) $(id).hidden = !isMail;
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
    if (page) guardLinks(page);
    coming.classList.remove("coming");
    before?.remove();
    document.body.dataset.shown = desk.state.hash;
  });
  stage.append(coming);
}

// A link says where it goes, and opens nothing: with any button, with any key, and dragged.
function guardLinks(page) {
  const linkOf = (event) => event.target.closest?.("a, area");
  for (const kind of ["click", "auxclick", "mousedown"]) {
    page.addEventListener(kind, (event) => {
      const link = linkOf(event);
      if (!link) return;
      const isPress = kind === "mousedown";
      // The middle button opens a tab, or begins to scroll.
      if (!isPress || event.button === 1) event.preventDefault();
      if (!isPress) say(`This link goes to ${link.getAttribute("href")}`);
    }, true);
  }
  page.addEventListener("dragstart", (event) => event.preventDefault(), true);
  page.addEventListener("submit", (event) => event.preventDefault(), true);
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
  const key = `${view}?${desk.whose}&${desk.state.hash}`;
  if (shownPart === key) return;
  shownPart = key;
  const panel = $("panel");
  const sheet = make("div", { class: "sheet" });
  try {
    if (view === "inbox") {
      sheet.append(...inboxRows());
    } else {
      const part = await get(`part/${view}?as=${encodeURIComponent(desk.whose)}`);
      if (shownPart !== key) return;
      if (view === "headers") {
        sheet.append(make("table", {}, make("tbody", {}, ...part.map(([name, value]) =>
          make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, value))))));
      } else if (view === "reading") {
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
