// A large field of Markdown in which `{{recipient …}}` is a chip, with buttons for bold, links, lists and names.
import { button, make, say } from "./base.js";
import { undoes } from "./typing.js";

const RECIPIENT = /\{\{\s*recipient\s+"([^"{}]+)"(?:\s+fallback="([^"{}]*)")?\s*\}\}/g;
const NAME = '{{recipient "first_name" fallback="friend"}}';

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
  // A browser shows the last line only where something stands behind its line end.
  if (text.endsWith("\n")) nodes.push(document.createTextNode("\n"));
  return nodes;
}

// Where a place in the field's nodes is in its text.
function offsetOf(field, node, offset) {
  const range = document.createRange();
  range.setStart(field, 0);
  range.setEnd(node, offset);
  const box = make("div", {});
  box.append(range.cloneContents());
  return Math.min(read(box).length, field.value.length);
}

/** What is selected, as places in the text; the end where the focus is elsewhere. */
function chosen(field) {
  const selection = getSelection();
  const end = field.value.length;
  if (!selection.rangeCount || !field.contains(selection.anchorNode)) return [end, end];
  const range = selection.getRangeAt(0);
  if (!field.contains(range.startContainer) || !field.contains(range.endContainer)) return [end, end];
  return [offsetOf(field, range.startContainer, range.startOffset), offsetOf(field, range.endContainer, range.endOffset)];
}

// The place in the nodes for one in the text. A chip is never divided.
function placeOf(field, at) {
  let left = at;
  for (const [index, child] of [...field.childNodes].entries()) {
    const length = child.dataset?.source?.length ?? child.data?.length ?? 0;
    if (child.nodeType === Node.TEXT_NODE && left <= length) return [child, left];
    if (left <= 0) return [field, index];
    left -= length;
  }
  return [field, field.childNodes.length];
}

function choose(field, from, to) {
  const range = document.createRange();
  range.setStart(...placeOf(field, from));
  range.setEnd(...placeOf(field, to));
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}

/** Makes a field that behaves as a text area does: it has a `value`, a selection, and `input` events. */
export function richField(attributes, label) {
  const field = make("div", { class: "rich", role: "textbox", "aria-multiline": "true", "aria-label": label, contenteditable: "plaintext-only", spellcheck: "true", ...attributes });
  if (!field.isContentEditable && field.contentEditable !== "plaintext-only") field.contentEditable = "true";
  const put = (text) => field.replaceChildren(...nodesOf(text));
  const look = () => {
    const [from, to] = chosen(field);
    return { text: field.value, from, to };
  };
  Object.defineProperties(field, {
    value: {
      // A browser puts one line end behind the last one, to stand on.
      get: () => read(field).replace(/\n$/, ""),
      set: (text) => {
        put(text);
        field.steps.begin();
      },
    },
    selectionStart: { get: () => chosen(field)[0] },
    selectionEnd: { get: () => chosen(field)[1] },
  });
  field.setSelectionRange = (from, to) => choose(field, from, to);
  field.steps = undoes(field, look, ({ text, from, to }) => {
    put(text);
    choose(field, from, to);
  });
  field.replace = (from, to, text, [chosenFrom, chosenTo] = [from + text.length, from + text.length]) => {
    field.steps.mark();
    const before = field.value;
    field.focus();
    put(before.slice(0, from) + text + before.slice(to));
    choose(field, chosenFrom, chosenTo);
    field.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertReplacementText" }));
  };
  const copy = (event, isCut) => {
    const [from, to] = chosen(field);
    if (from === to) return;
    event.preventDefault();
    event.clipboardData.setData("text/plain", field.value.slice(from, to));
    if (isCut) field.replace(from, to, "");
  };
  field.addEventListener("copy", (event) => copy(event, false));
  field.addEventListener("cut", (event) => copy(event, true));
  field.addEventListener("paste", (event) => {
    event.preventDefault();
    field.replace(...chosen(field), event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n"));
  });
  field.addEventListener("drop", (event) => event.preventDefault());
  field.addEventListener("keydown", (event) => {
    const act = (event.ctrlKey || event.metaKey) && !event.altKey && { b: bold, k: link }[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act(field);
  });
  return field;
}

const WORDS = { bold: "bold words", link: "words", list: "- first\n- second" };

/** Bold, or no longer: a second press takes the first back. */
function bold(field) {
  const text = field.value;
  let [from, to] = chosen(field);
  while (from < to && /\s/.test(text[from])) from += 1;
  while (from < to && /\s/.test(text[to - 1])) to -= 1;
  const words = text.slice(from, to);
  if (words.length > 4 && words.startsWith("**") && words.endsWith("**")) {
    field.replace(from, to, words.slice(2, -2), [from, to - 4]);
  } else if (text.slice(from - 2, from) === "**" && text.slice(to, to + 2) === "**") {
    const left = words === WORDS.bold ? "" : words;
    field.replace(from - 2, to + 2, left, [from - 2, from - 2 + left.length]);
  } else {
    const marked = words || WORDS.bold;
    field.replace(from, to, `**${marked}**`, [from + 2, from + 2 + marked.length]);
  }
}

const LINK = /\[([^[\]\n]*)\]\(([^()\n]*)\)/g;
const SCHEME = "https://";

/** A link, or no longer. */
function link(field) {
  const text = field.value;
  const [from, to] = chosen(field);
  const within = [...text.matchAll(LINK)].find((found) => found.index < to + (from === to ? 0 : 1) && found.index <= from && to <= found.index + found[0].length && (from !== to || (from > found.index && to < found.index + found[0].length)));
  if (within) {
    const [whole, words, address] = within;
    const left = words === WORDS.link && (address === SCHEME || address === "") ? "" : words;
    field.replace(within.index, within.index + whole.length, left, [within.index, within.index + left.length]);
    say("No longer a link");
    return;
  }
  const words = text.slice(from, to);
  const [shown, address] = /^https?:\S+$/.test(words) ? [WORDS.link, words] : [words || WORDS.link, SCHEME];
  const at = from + shown.length + 3;
  // What is missing is selected: it is typed next.
  const missing = address === SCHEME ? [at, at + address.length] : [from + 1, from + 1 + shown.length];
  field.replace(from, to, `[${shown}](${address})`, missing);
  say(address === SCHEME ? "Type the address of the link" : "Type the words of the link");
}

/** The lines that are touched as a list, or no longer. Blank lines stand around it. */
function list(field) {
  const text = field.value;
  const [from, to] = chosen(field);
  const start = text.lastIndexOf("\n", from - 1) + 1;
  const end = text.indexOf("\n", to) < 0 ? text.length : text.indexOf("\n", to);
  const lines = text.slice(start, end).split("\n");
  const isList = lines.some(Boolean) && lines.every((line) => !line || line.startsWith("- "));
  if (isList) {
    const whole = lines.join("\n");
    const left = whole === WORDS.list ? "" : lines.map((line) => line.replace(/^- /, "")).join("\n");
    field.replace(start, end, left, [start, start + left.length]);
    return;
  }
  const made = lines.some(Boolean) ? lines.filter(Boolean).map((line) => `- ${line}`).join("\n") : WORDS.list;
  const before = start === 0 || text.slice(0, start).endsWith("\n\n") ? "" : "\n";
  const after = text.slice(end).startsWith("\n\n") || end === text.length ? "" : "\n";
  const at = start + before.length;
  field.replace(start, end, before + made + after, [at, at + made.length]);
}

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
    tool("First name", "Insert the person's first name", (to) => to.replace(...chosen(to), NAME), { "data-tool": "name" }),
    tool("B", "Bold (Ctrl+B)", bold, { "data-tool": "bold", class: "strong" }),
    tool("Link", "Link (Ctrl+K)", link, { "data-tool": "link" }),
    tool("List", "List", list, { "data-tool": "list" }),
  );
}
