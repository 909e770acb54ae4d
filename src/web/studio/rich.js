// A large field of Markdown in which `{{recipient …}}` is a chip, with buttons for bold, links, lists and names.
import { button, make, say } from "./base.js";

const RECIPIENT = /\{\{\s*recipient\s+"([^"{}]+)"(?:\s+fallback="([^"{}]*)")?\s*\}\}/g;

function chip(source, column, fallback) {
  const words = column.replaceAll("_", " ");
  const shown = fallback ? `${words} (or ${fallback})` : words;
  return make("span", { class: "chip", contenteditable: "false", "data-source": source, title: source }, shown);
}

/** The text of the field's nodes, with chips as they are written. */
function read(node) {
  let text = "";
  for (const child of node.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) text += child.data;
    else if (child.dataset?.source) text += child.dataset.source;
    else if (child.nodeName === "BR") text += "\n";
    else text += (text && !text.endsWith("\n") && child.nodeName === "DIV" ? "\n" : "") + read(child);
  }
  return text;
}

function nodesOf(text) {
  const nodes = [];
  let from = 0;
  for (const found of text.matchAll(RECIPIENT)) {
    if (found.index > from) nodes.push(document.createTextNode(text.slice(from, found.index)));
    nodes.push(chip(found[0], found[1], found[2]));
    from = found.index + found[0].length;
  }
  if (from < text.length) nodes.push(document.createTextNode(text.slice(from)));
  return nodes;
}

/** Makes a field that behaves as a text area does: it has a `value`, and `input` events. */
export function richField(attributes, label) {
  const field = make("div", { class: "rich", role: "textbox", "aria-multiline": "true", "aria-label": label, contenteditable: "plaintext-only", spellcheck: "true", ...attributes });
  if (!field.isContentEditable && field.contentEditable !== "plaintext-only") field.contentEditable = "true";
  Object.defineProperty(field, "value", {
    // A browser puts one line end behind the last one, to stand on.
    get: () => read(field).replace(/\n$/, ""),
    set: (text) => field.replaceChildren(...nodesOf(text)),
  });
  field.addEventListener("paste", (event) => {
    event.preventDefault();
    insert(field, event.clipboardData.getData("text/plain"));
  });
  field.addEventListener("drop", (event) => event.preventDefault());
  field.addEventListener("keydown", (event) => {
    const act = (event.ctrlKey || event.metaKey) && { b: bold, k: link }[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act(field);
  });
  return field;
}

const typed = (field) => field.dispatchEvent(new Event("input", { bubbles: true }));

// The place in the field; its end where the focus is elsewhere.
function place(field) {
  const selection = getSelection();
  if (!selection.rangeCount || !field.contains(selection.anchorNode)) {
    field.focus();
    selection.selectAllChildren(field);
    selection.collapseToEnd();
  }
  return selection.getRangeAt(0);
}

/** Puts text, chips and all, in place of what is selected. */
function insert(field, text) {
  const range = place(field);
  range.deleteContents();
  const nodes = nodesOf(text);
  for (const node of nodes.toReversed()) range.insertNode(node);
  range.collapse(false);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
  typed(field);
}

function chosen(field) {
  const range = place(field);
  const box = make("div", {});
  box.append(range.cloneContents());
  return read(box);
}

const bold = (field) => insert(field, `**${chosen(field) || "bold words"}**`);
const link = (field) => {
  const words = chosen(field);
  insert(field, /^https?:\S+$/.test(words) ? `[words](${words})` : `[${words || "words"}](https://)`);
  say("Write the address between the round brackets");
};
const list = (field) => {
  const lines = (chosen(field) || "first\nsecond").split("\n").filter(Boolean);
  insert(field, `\n\n${lines.map((line) => `- ${line}`).join("\n")}\n\n`);
};

/** The buttons above the field. */
export function tools(field, label) {
  const tool = (words, name, run, more = {}) => {
    const made = button(words, () => run(field), { title: name, "aria-label": `${name}: ${label}`, ...more });
    // The selection stays.
    made.addEventListener("mousedown", (event) => event.preventDefault());
    return made;
  };
  return make(
    "div",
    { class: "tools-of", role: "toolbar", "aria-label": `Tools: ${label}` },
    tool("First name", "Insert the person's first name", (to) => insert(to, '{{recipient "first_name" fallback="friend"}}'), { "data-tool": "name" }),
    tool("B", "Bold (Ctrl+B)", bold, { "data-tool": "bold", class: "strong" }),
    tool("Link", "Link (Ctrl+K)", link, { "data-tool": "link" }),
    tool("List", "List", list, { "data-tool": "list" }),
  );
}
