// The edition's words, in each of its languages.
import { $, button, change, desk, make, quietly } from "./base.js";
import { remember, remembered } from "./layout.js";
import { richField, tools } from "./rich.js";
import { Words } from "./words.js";

const PARTS = [
  ["subject", "Subject", ""],
  ["preheader", "Preheader", "shown after the subject in the inbox"],
  ["headline", "Headline", "the title of the email; empty: the subject"],
  ["introduction", "Introduction", "Markdown"],
  ["figures", "Figures", "up to three, one a line, as in 112: young people supported"],
];
let fields = [];
let shownLanguages = null;
let other = null;

function column(language) {
  const name = language ? `, ${nameOf(language)}` : "";
  const id = (part) => (language ? `${part}-${language}` : part);
  const made = PARTS.map(([part, label, hint]) => {
    const isLong = part === "introduction";
    const plain = { id: id(part), autocomplete: "off", spellcheck: "true", lang: language };
    const element = isLong ? richField({ id: id(part), lang: language }, `${label}${name}`) : make(part === "figures" ? "textarea" : "input", part === "figures" ? { ...plain, rows: "3" } : plain);
    const target = language ? { change: { do: part }, language } : { change: { do: part } };
    const words = new Words(element, target, `${label}${name}`);
    const heading = make(isLong ? "span" : "label", isLong ? { class: "label" } : { for: id(part) }, label, hint && !language ? make("small", {}, ` ${hint}`) : "");
    return { part, words, box: make("div", { class: "field" }, heading, isLong ? tools(element, `${label}${name}`) : null, element) };
  });
  const mark = language ? make("span", { class: "tag", hidden: true }, "not translated yet: proposed") : null;
  const title = make("span", {});
  const heading = make("p", { class: "language" }, title, " ", mark);
  const element = make("div", { class: "column", "data-language": language ?? "main" }, heading, ...made.map(({ box }) => box));
  return { language, element, title, mark, parts: made };
}

const nameOf = (code) => {
  try {
    return new Intl.DisplayNames(["en"], { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
};

export function showWords(state) {
  const languages = state.translations.map(({ language }) => language);
  const wanted = languages.includes(other) ? other : languages.includes(remembered.language) ? remembered.language : null;
  const key = JSON.stringify([languages, wanted]);
  if (shownLanguages !== key) {
    shownLanguages = key;
    other = wanted;
    // The main language stays as it is: somebody may be typing there.
    const main = fields[0] ?? column(null);
    for (const { parts } of fields.slice(1)) for (const { words } of parts) words.end();
    fields = [main, ...(other ? [column(other)] : [])];
    if (!main.element.isConnected) $("words").append(main.element);
    for (const child of [...$("words").children]) if (child !== main.element) child.remove();
    $("words").append(...fields.slice(1).map(({ element }) => element));
    document.body.classList.toggle("side-by-side", Boolean(other));
  }
  showLanguages(state, languages);
  for (const { language, title, mark, parts } of fields) {
    const translation = state.translations.find((one) => one.language === language);
    const { language: code, direction } = translation ?? state.main;
    title.textContent = nameOf(code);
    // Words of a language that is written from the right begin at the right.
    for (const { words } of parts) words.element.dir = direction ?? "ltr";
    const words = language ? translation?.words : state.words;
    if (mark) mark.hidden = translation?.is_written ?? true;
    // A file that cannot be read says nothing: what is in the fields stays.
    if (words) for (const { part, words: field } of parts) field.follow(words[part]);
  }
  showChoices(state);
}

function showLanguages(state, languages) {
  const box = $("languages");
  box.hidden = !languages.length;
  const key = JSON.stringify([state.translations.map(({ language, is_written }) => [language, is_written]), other]);
  if (box.dataset.key === key) return;
  box.dataset.key = key;
  const hadFocus = box.contains(document.activeElement);
  const choose = (language) => {
    other = language;
    remember({ language });
    shownLanguages = null;
    showWords(desk.state);
  };
  box.replaceChildren(
    button("Main language only", () => choose(null), { "aria-pressed": String(other === null) }),
    ...state.translations.map(({ language, is_written }) =>
      button(`${nameOf(language)}${is_written ? "" : " · not translated"}`, () => choose(language), { "aria-pressed": String(other === language), "data-language": language })),
  );
  if (hadFocus) box.querySelector("[aria-pressed=true]")?.focus();
}

function put(field, value) {
  if (document.activeElement !== field && field.value !== value) field.value = value;
}

function showChoices(state) {
  const template = $("template");
  if (template.dataset.names !== state.templates.join()) {
    template.replaceChildren(...state.templates.map((name) => make("option", { value: name }, name)));
    template.dataset.names = state.templates.join();
  }
  if (state.template) put(template, state.template);
  if (state.group) put($("group"), state.group);
}

$("template").addEventListener("change", (event) => quietly(change({ do: "template", name: event.target.value }), `Template: ${event.target.value}`));
$("group").addEventListener("change", (event) => quietly(change({ do: "group", by: event.target.value }), "Sections changed"));
