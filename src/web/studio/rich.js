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

// Where a chip stands at the edge of a line, a browser shows the caret beside it only where there is something.
const edge = () => make("img", { class: "edge", alt: "" });

function nodesOf(text) {
  const nodes = [];
  let from = 0;
  for (const found of text.matchAll(RECIPIENT)) {
    const to = found.index + found[0].length;
    if (found.index > from) nodes.push(document.createTextNode(text.slice(from, found.index)));
    if (found.index === 0 || text[found.index - 1] === "\n" || found.index === from) nodes.push(edge());
    nodes.push(chip(found[0], found[1], found[2]));
    if (to === text.length || text[to] === "\n") nodes.push(edge());
    from = to;
  }
  if (from < text.length) nodes.push(document.createTextNode(text.slice(from)));
  // A browser shows the last line only where something stands behind its line end.
  if (text.endsWith("\n")) nodes.push(document.createTextNode("\n"));
  return nodes;
}

const chipAt = (node) => (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest?.(".chip");

// Where a place in the field's nodes is in its text; `isEnd` says on which side of a chip a place inside it is.
function offsetOf(field, node, offset, isEnd) {
  const range = document.createRange();
  range.setStart(field, 0);
  const inside = chipAt(node);
  if (inside && isEnd) range.setEndAfter(inside);
  else if (inside) range.setEndBefore(inside);
  else range.setEnd(node, offset);
  const box = make("div", {});
  box.append(range.cloneContents());
  return Math.min(read(box).length, field.value.length);
}

const offsetsOf = (field, { startContainer, startOffset, endContainer, endOffset }) => [offsetOf(field, startContainer, startOffset, false), offsetOf(field, endContainer, endOffset, true)];

/** What is selected, as places in the text; the end where the focus is elsewhere. */
function chosen(field) {
  const selection = getSelection();
  const end = field.value.length;
  if (!selection.rangeCount || !field.contains(selection.anchorNode)) return [end, end];
  const range = selection.getRangeAt(0);
  if (!field.contains(range.startContainer) || !field.contains(range.endContainer)) return [end, end];
  return offsetsOf(field, range);
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
  const edit = (from, to, text, inputType, [chosenFrom, chosenTo] = [from + text.length, from + text.length]) => {
    const whole = field.value;
    put(whole.slice(0, from) + text + whole.slice(to));
    choose(field, chosenFrom, chosenTo);
    reveal(field);
    field.dispatchEvent(new InputEvent("input", { bubbles: true, inputType }));
  };
  field.replace = (from, to, text, then) => {
    field.steps.mark();
    field.focus();
    edit(from, to, text, "insertReplacementText", then);
  };
  field.addEventListener("beforeinput", (event) => {
    const wanted = editOf(field, event);
    if (!wanted) return;
    event.preventDefault();
    const [from, to, text] = wanted;
    if (from < to || text) edit(from, to, text, event.inputType);
  });
  // What is composed (an accent, a word of another script) the browser puts in itself.
  field.addEventListener("compositionend", () => {
    const { text, from, to } = look();
    put(text);
    choose(field, from, to);
  });
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
  takesWords(field);
  field.addEventListener("keydown", (event) => {
    const side = { ArrowLeft: "left", ArrowRight: "right" }[event.key];
    if (side && !event.ctrlKey && !event.metaKey && !event.altKey) {
      if (step(field, (side === "left") === (getComputedStyle(field).direction === "ltr"), event.shiftKey)) event.preventDefault();
      return;
    }
    const act = (event.ctrlKey || event.metaKey) && !event.altKey && { b: bold, k: link }[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act(field);
  });
  return field;
}

// Words that are dragged: those of the field move, others are put in where they are dropped.
function takesWords(field) {
  let lifted = null;
  field.addEventListener("dragstart", () => (lifted = chosen(field)));
  field.addEventListener("dragend", () => (lifted = null));
  field.addEventListener("drop", (event) => {
    event.preventDefault();
    const at = placeUnder(field, event);
    const text = field.value;
    const own = lifted;
    // Where what was lifted is made again, the drag has no end.
    lifted = null;
    if (!own) {
      const words = event.dataTransfer.getData("text/plain").replace(/\r\n?/g, "\n");
      if (words) field.replace(at, at, words, [at, at + words.length]);
      return;
    }
    const [from, to] = own;
    if (from <= at && at <= to) return;
    const rest = text.slice(0, from) + text.slice(to);
    const place = at > to ? at - (to - from) : at;
    field.replace(0, text.length, rest.slice(0, place) + text.slice(from, to) + rest.slice(place), [place, place + to - from]);
  });
}

// The place in the text under the mouse; the end where there is none.
function placeUnder(field, { clientX, clientY }) {
  const found = document.caretPositionFromPoint?.(clientX, clientY);
  const range = found ? null : document.caretRangeFromPoint?.(clientX, clientY);
  const [node, offset] = found ? [found.offsetNode, found.offset] : [range?.startContainer, range?.startOffset];
  return node && field.contains(node) ? offsetOf(field, node, offset, true) : field.value.length;
}

// Beside a chip and at a line's end browsers lose keys, each in its own way: what a key does there is done on the text.
function editOf(field, event) {
  const { inputType } = event;
  const text = field.value;
  const [from, to] = chosen(field);
  if (event.isComposing || inputType === "insertCompositionText" || inputType.startsWith("history")) return null;
  if (inputType === "insertLineBreak" || inputType === "insertParagraph") return [from, to, "\n"];
  if (inputType.startsWith("delete")) {
    if (from < to) return [from, to, ""];
    if (inputType === "deleteContentBackward") return [from - before(text, from), from, ""];
    if (inputType === "deleteContentForward") return [from, from + after(text, from), ""];
    // Words and lines are the browser's to know; none goes over a chip or, in words, a line's end.
    const isBack = inputType.endsWith("Backward");
    const next = isBack ? [from - before(text, from), from] : [from, from + after(text, from)];
    if (isChip(text.slice(...next)) || text.slice(...next) === "\n") return [...next, ""];
    const isWord = inputType.startsWith("deleteWord");
    getSelection().modify("extend", isBack ? "backward" : "forward", isWord ? "word" : "lineboundary");
    const [start, end] = chosen(field);
    return isBack ? [Math.max(start, barrier(text, from, true, isWord)), from, ""] : [from, Math.min(end, barrier(text, from, false, isWord)), ""];
  }
  if (!inputType.startsWith("insert")) return null;
  const words = event.data ?? event.dataTransfer?.getData("text/plain") ?? "";
  const isPlain = from === to && inputType === "insertText" && isWithinWords(field, text, from);
  if (isPlain) return null;
  const [range] = inputType === "insertReplacementText" ? event.getTargetRanges() : [];
  return [...(range ? offsetsOf(field, range) : [from, to]), words.replace(/\r\n?/g, "\n")];
}

// Among ordinary letters the browser types by itself, and checks the spelling of what it typed.
function isWithinWords(field, text, at) {
  const isLetter = (c) => c !== undefined && c !== "\n";
  const { startContainer, startOffset } = getSelection().getRangeAt(0);
  const isInText = startContainer.nodeType === Node.TEXT_NODE && startContainer.parentNode === field && startOffset > 0;
  const isBeforeChip = startOffset === startContainer.length && startContainer.nextSibling;
  return isInText && isLetter(text[at - 1]) && !isBeforeChip && (at === text.length || isLetter(text[at]));
}

// How far a word or a line can be deleted: the next chip goes by itself.
function barrier(text, from, isBack, isWord) {
  for (let at = from; isBack ? at > 0 : at < text.length;) {
    const to = isBack ? at - before(text, at) : at + after(text, at);
    const crossed = text.slice(Math.min(at, to), Math.max(at, to));
    if (isChip(crossed) || (isWord && crossed === "\n")) return at;
    at = to;
  }
  return isBack ? 0 : text.length;
}

/** One step over a chip or a line's end, beside which a browser takes two or none. Whether it was made. */
function step(field, isBack, isSelecting) {
  const selection = getSelection();
  if (!isSelecting && !selection.isCollapsed) return false;
  const text = field.value;
  const at = offsetOf(field, selection.focusNode, selection.focusOffset, !isBack);
  const to = isBack ? at - before(text, at) : at + after(text, at);
  const crossed = text.slice(Math.min(at, to), Math.max(at, to));
  if (crossed !== "\n" && !isChip(crossed)) return false;
  if (isSelecting) selection.extend(...placeOf(field, to));
  else choose(field, to, to);
  reveal(field);
  return true;
}

/** Scrolls the field to where the caret is. */
function reveal(field) {
  const { focusNode: node, focusOffset: at } = getSelection();
  const range = document.createRange();
  const behind = node === field ? field.childNodes[at] ?? field.lastChild : node.data[at] === undefined ? node.nextSibling ?? node : null;
  // An empty field has nothing to scroll to.
  if (!behind && node === field) return;
  if (behind) range.selectNode(behind);
  else {
    range.setStart(node, at);
    range.setEnd(node, at + 1);
  }
  const [caret] = range.getClientRects();
  const box = field.getBoundingClientRect();
  if (!caret) return;
  if (caret.bottom > box.bottom) field.scrollTop += caret.bottom - box.bottom + LINE;
  else if (caret.top < box.top) field.scrollTop -= box.top - caret.top + LINE;
}

const LINE = 6;
const isChip = (words) => new RegExp(`^${RECIPIENT.source}$`).test(words);
const letters = new Intl.Segmenter(undefined, { granularity: "grapheme" });

// How much of the text one step back or forth is: a chip, or what people take for one letter.
function before(text, at) {
  for (const found of text.matchAll(RECIPIENT)) if (found.index + found[0].length === at) return found[0].length;
  return [...letters.segment(text.slice(0, at))].at(-1)?.segment.length ?? 0;
}

function after(text, at) {
  for (const found of text.matchAll(RECIPIENT)) if (found.index === at) return found[0].length;
  const [next] = letters.segment(text.slice(at));
  return next?.segment.length ?? 0;
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
