// What the newsletter looks like: theme, colours and their contrast, who it is from, the appeal and the links. Written to roundup.toml.
import { $, button, make, quietly, want } from "./base.js";
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
let fields = [];

const nameOf = (name) => NAMES[name] ?? (name.startsWith("dark_") ? `${NAMES[name.slice(5)]}, in dark mode` : name);
const set = (settings) => want({ want: "setting", settings });

export function showLook(look) {
  const now = JSON.stringify([look.theme.known, Boolean(look.appeal), look.links.map(({ name }) => name)]);
  if (shape !== now) {
    shape = now;
    build(look);
  }
  const settings = [...look.organisation, ...look.colours, ...look.words, ...(look.appeal ?? []), ...look.links.map(({ name, url }) => ({ group: "links", name, written: url, used: url }))];
  for (const field of fields) {
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
  const id = `look-${group}-${name}`;
  const element = make(LONG.includes(name) ? "textarea" : "input", { id, rows: LONG.includes(name) ? "3" : null, autocomplete: "off" });
  const words = new Words(element, { want: "setting", setting: { group, name } }, label);
  const made = { group, name, words };
  fields.push(made);
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
  return make("div", { class: "field" }, make("label", { for: id }, label), line);
}

// Which groups somebody has opened.
const sections = new Map();
const section = (title, isOpen, ...inside) => make("details", { class: "look", "data-title": title, open: sections.get(title) ?? isOpen }, make("summary", {}, title), ...inside);

function build(look) {
  for (const { words } of fields) words.end();
  fields = [];
  for (const group of $("pane-look").querySelectorAll("details.look")) sections.set(group.dataset.title, group.open);
  const focused = $("pane-look").contains(document.activeElement) ? document.activeElement.closest("details.look")?.dataset.title : null;
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
  // Its own field is gone: the group that it was in has the focus.
  if (focused) $("pane-look").querySelector(`[data-title="${focused}"] > summary`)?.focus();
}

function appeal(look) {
  if (look.appeal) {
    return [...look.appeal.map(({ name }) => field("appeal", name)),
      button("Take the appeal out", () => quietly(set([{ group: "appeal", text: null }]), "The appeal is out. Undo brings it back."))];
  }
  const parts = ["title", "text", "button", "url"];
  const inputs = parts.map((name) => make("input", { id: `new-appeal-${name}`, required: true, placeholder: name === "url" ? "https://" : null }));
  const form = make("form", {}, make("p", { class: "hint" }, "One thing to ask of readers. Without it the email has none."),
    ...parts.map((name, at) => make("div", { class: "field" }, make("label", { for: inputs[at].id }, nameOf(name)), inputs[at])),
    make("button", { type: "submit" }, "Add the appeal"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    quietly(set(parts.map((name, at) => ({ group: "appeal", name, text: inputs[at].value }))), "The appeal is in every email now");
  });
  return [form];
}

function links(look) {
  const [name, url] = [make("input", { id: "new-link-name", required: true, placeholder: "Instagram" }), make("input", { id: "new-link-url", required: true, placeholder: "https://" })];
  const form = make("form", {}, make("div", { class: "field" }, make("label", { for: name.id }, "Name of a new link"), name), make("div", { class: "field" }, make("label", { for: url.id }, "Its address"), url), make("button", { type: "submit" }, "Add the link"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    quietly(set([{ group: "links", name: name.value.trim(), text: url.value.trim() }]), "The link is in the footer");
  });
  return [...look.links.map((link) => make("div", {}, field("links", link.name, link.name),
    button(`Take out ${link.name}`, () => quietly(set([{ group: "links", name: link.name, text: null }]), `${link.name} is out. Undo brings it back.`)))), form];
}
