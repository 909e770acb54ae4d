// What the newsletter looks like: theme, colours and their contrast, who it is from, the appeal and the links. Written to roundup.toml.
import { $, button, make, quietly, request, say, settingsOf, want } from "./base.js";
import { forgetTyped, halfTyped } from "./half_typed.js";
import { Words } from "./words.js";

const NAMES = {
  name: "Name", legal_name: "Registered name", address: "Postal address", charity: "Charity number", website: "Website", contact: "Contact address",
  why: "Why people get this email", logo: "Logo: an https address", logo_width: "Width of the logo, pixels", tagline: "Tagline", footer: "Paragraph in the footer",
  title: "Title", text: "Text", button: "Words on the button", url: "Address that it opens",
  accent: "Accent", accent_ink: "Text on the accent", ink: "Text", muted: "Small text", paper: "Paper", ground: "Around the paper", line: "Lines",
};
const LONG = ["why", "footer", "text"];
const THEMES = { harbour: "Harbour", letter: "Letter", poster: "Poster", meadow: "Meadow" };
let shape = null;
// Each field by its group and name, as long as it is shown: what is typed there stays when other fields come and go.
const known = new Map();

const nameOf = (name) => NAMES[name] ?? (name.startsWith("dark_") ? `${NAMES[name.slice(5)]}, in dark mode` : name);
const set = (settings) => want({ want: "setting", settings });

export function showLook(look) {
  const now = JSON.stringify([look.theme.known, Boolean(look.appeal), look.links.map(({ name }) => name)]);
  if (shape !== now) {
    shape = now;
    build(look);
  }
  const settings = settingsOf(look);
  for (const field of known.values()) {
    const setting = settings.find(({ group, name }) => group === field.group && name === field.name);
    if (!setting) continue;
    field.words.follow(setting.written, setting.used);
    if (field.colour) field.colour.value = setting.used;
    if (field.reset) field.reset.hidden = setting.written === null;
  }
  const theme = $("theme");
  if (document.activeElement !== theme) theme.value = look.theme.used;
  $("contrasts").replaceChildren(...look.contrasts.map(({ what, ratio, is_enough }) =>
    make("li", { class: is_enough ? "good" : "bad" }, make("span", {}, what), make("span", {}, `${ratio?.toFixed(1) ?? "?"} to 1 ${is_enough ? "✓" : "· needs 4.5"}`))));
}

function field(group, name, label = nameOf(name), kind = null) {
  const key = JSON.stringify([group, name]);
  if (!known.has(key)) known.set(key, newField(group, name, label, kind));
  const made = known.get(key);
  made.isShown = true;
  return made.box;
}

function newField(group, name, label, kind) {
  const id = `look-${group}-${name}`;
  const element = make(LONG.includes(name) ? "textarea" : "input", { id, rows: LONG.includes(name) ? "3" : null, autocomplete: "off" });
  const words = new Words(element, { want: "setting", setting: { group, name } }, label);
  const made = { group, name, words };
  const line = make("div", { class: "line one-line" }, element);
  if (kind === "colour") {
    made.colour = make("input", { type: "color", "aria-label": `${label}: choose a colour` });
    made.colour.addEventListener("input", () => {
      element.value = made.colour.value;
      element.dispatchEvent(new Event("input"));
    });
    made.reset = button("↺", () => {
      words.leave();
      quietly(set([{ group, name, text: null }]), "The theme's colour again");
    }, { class: "quiet", title: "The theme's colour", "aria-label": `${label}: the theme's colour again` });
    line.prepend(made.colour);
    line.append(made.reset);
  }
  made.box = make("div", { class: "field" }, make("label", { for: id }, label), line);
  return made;
}

// Which groups somebody has opened.
const sections = new Map();
const section = (title, isOpen, ...inside) => make("details", { class: "look", "data-title": title, open: sections.get(title) ?? isOpen }, make("summary", {}, title), ...inside);

function build(look) {
  for (const one of known.values()) one.isShown = false;
  for (const group of $("pane-look").querySelectorAll("details.look")) sections.set(group.dataset.title, group.open);
  const focused = $("pane-look").contains(document.activeElement) ? document.activeElement : null;
  const group = focused?.closest("details.look")?.dataset.title;
  const { selectionStart, selectionEnd } = focused ?? {};
  const theme = make("select", { id: "theme" }, ...look.theme.known.map((name) => make("option", { value: name }, THEMES[name] ?? name)),
    ...(look.theme.known.includes(look.theme.used) ? [] : [make("option", { value: look.theme.used }, look.theme.used)]));
  theme.addEventListener("change", () => quietly(set([{ group: "theme", name: "use", text: theme.value }]), `Theme: ${theme.value}`));
  const main = look.colours.filter(({ name }) => !name.startsWith("dark_"));
  const dark = look.colours.filter(({ name }) => name.startsWith("dark_"));
  $("pane-look").replaceChildren(
    make("p", { class: "hint" }, "For every edition. Saved in roundup.toml as you type."),
    section("Theme", true, make("div", { class: "field" }, make("label", { for: "theme" }, "Theme"), theme),
      make("p", { class: "label" }, "Contrast of text"), make("ul", { id: "contrasts", class: "pairs" })),
    section("Colours", true, ...main.map(({ name }) => field("theme", name, nameOf(name), "colour")),
      make("details", {}, make("summary", {}, "In dark mode"), ...dark.map(({ name }) => field("theme", name, nameOf(name), "colour")))),
    section("Logo and words", false, ...look.words.map(({ name }) => field("theme", name))),
    section("Organisation", false, ...look.organisation.map(({ name }) => field("organisation", name))),
    section("Appeal", false, ...appeal(look)),
    section("Links in the footer", false, ...links(look)),
  );
  for (const [key, { words, isShown }] of known) {
    if (isShown) continue;
    words.end();
    known.delete(key);
  }
  if (!focused) return;
  if (focused.isConnected) {
    focused.focus();
    if (typeof selectionStart === "number") focused.setSelectionRange?.(selectionStart, selectionEnd);
  } else {
    // Its own field is gone: the group that it was in has the focus.
    $("pane-look").querySelector(`[data-title="${group}"] > summary`)?.focus();
  }
}

// The forms for what is new are made once: what is typed there stays when the rest is made again.
const forms = new Map();
const once = (name, made) => forms.get(name) ?? forms.set(name, made()).get(name);

function appeal(look) {
  if (look.appeal) {
    return [...look.appeal.map(({ name }) => field("appeal", name)),
      button("Take the appeal out", () => quietly(set([{ group: "appeal", text: null }]), "The appeal is out. Undo brings it back."))];
  }
  return [once("appeal", appealForm)];
}

/** Adds settings that are not there yet; what stands in their place by now is not written over. */
const add = (settings, over = null) => request({ want: "setting", settings, written_over: { text: over } });

function appealForm() {
  const parts = ["title", "text", "button", "url"];
  const inputs = parts.map((name) => halfTyped(`appeal ${name}`, make("input", { id: `new-appeal-${name}`, required: true, placeholder: name === "url" ? "https://" : null })));
  const trouble = make("p", { class: "bad", role: "alert" });
  const form = make("form", {}, make("p", { class: "hint" }, "One thing to ask of readers. Without it the email has none."),
    ...parts.map((name, at) => make("div", { class: "field" }, make("label", { for: inputs[at].id }, nameOf(name)), inputs[at])),
    trouble, make("button", { type: "submit" }, "Add the appeal"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    trouble.textContent = "";
    try {
      await add(parts.map((name, at) => ({ group: "appeal", name, text: inputs[at].value })));
      forgetTyped(...inputs);
      say("The appeal is in every email now");
    } catch (error) {
      trouble.textContent = error.conflict ? `Another appeal was added meanwhile: “${error.conflict.theirs}”. Yours is still here.` : error.message;
    }
  });
  return form;
}

function linkForm() {
  const name = halfTyped("link name", make("input", { id: "new-link-name", required: true, placeholder: "Instagram" }));
  const url = halfTyped("link address", make("input", { id: "new-link-url", required: true, placeholder: "https://" }));
  const trouble = make("div", { class: "bad", role: "alert" });
  const done = (words) => {
    trouble.replaceChildren();
    forgetTyped(name, url);
    say(words);
    name.focus();
  };
  const save = async (over) => {
    const [typed, address] = [name.value.trim(), url.value.trim()];
    trouble.replaceChildren();
    try {
      await add([{ group: "links", name: typed, text: address }], over);
      done("The link is in the footer");
    } catch (error) {
      if (error.conflict) exists(typed, error.conflict.theirs, address);
      else trouble.replaceChildren(make("p", {}, error.message));
    }
  };
  const exists = (typed, theirs, address) => {
    trouble.replaceChildren(
      make("p", {}, `“${typed}” is in the footer already.`),
      make("p", {}, "It opens ", make("code", {}, theirs ?? "nothing"), "; you typed ", make("code", {}, address), "."),
      make("div", { class: "line" },
        button("Use the new address", () => save(theirs), { "data-keep": "mine" }),
        button("Keep the address it has", () => done(`${typed} stays as it is`), { "data-keep": "theirs" })));
    trouble.querySelector("button").focus();
  };
  const form = make("form", {}, make("div", { class: "field" }, make("label", { for: name.id }, "Name of a new link"), name), make("div", { class: "field" }, make("label", { for: url.id }, "Its address"), url), trouble, make("button", { type: "submit" }, "Add the link"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save(null);
  });
  return form;
}

const links = (look) => [
  ...look.links.map((link) => make("div", {}, field("links", link.name, link.name),
    button(`Take out ${link.name}`, () => quietly(set([{ group: "links", name: link.name, text: null }]), `${link.name} is out. Undo brings it back.`)))),
  once("links", linkForm),
];
