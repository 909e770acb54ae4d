// Words that are not in a file yet, kept in this browser until they are.
import { $, button, desk, make, request, say, settingsOf, stored } from "./base.js";

const PREFIX = "roundup unsaved ";

// Words of a page that was closed are its own: what is typed here does not write over them.
const PAGE = `${Date.now()}-${Math.random()}`;

const place = (edition, target) => `${PREFIX}${JSON.stringify([desk.state?.project ?? "", edition, target, PAGE])}`;

export function keep({ edition, target, label, element, saved, unanswered }) {
  const words = JSON.stringify({ text: element.value, over: saved, sent: unanswered, label, at: Date.now() });
  stored((store) => store.setItem(place(edition, target), words));
}

export function forget({ edition, target }) {
  stored((store) => store.removeItem(place(edition, target)));
}

/** What is kept of this newsletter: of all editions. */
function kept() {
  const found = [];
  stored((store) => {
    for (const key of Object.keys(store)) {
      if (!key.startsWith(PREFIX)) continue;
      try {
        const [project, edition, target, page] = JSON.parse(key.slice(PREFIX.length));
        const words = JSON.parse(store.getItem(key));
        if (project === desk.state.project && typeof words.text === "string") found.push({ key, edition, target, page, ...words });
      } catch {
        store.removeItem(key);
      }
    }
  });
  return found;
}

/** Another tab may be saving what was typed a moment ago. */
const MAY_BE_TYPED = 3000;
let later = null;

/** Words of settings are every edition's. */
const isHere = (one) => one.target.want === "setting" || one.edition === desk.state.name;

/** The words that stand in the file now, where the page knows them. */
function inFile(target) {
  const { state } = desk;
  if (target.want === "setting") {
    const { look } = state;
    const { group, name } = target.setting;
    return look && settingsOf(look).find((one) => one.group === group && one.name === name)?.written;
  }
  const { change, language } = target;
  if (change.do === "own") return state.stories?.find((story) => story.id === change.id)?.own?.[change.part];
  const words = language ? state.translations?.find((one) => one.language === language)?.words : state.words;
  return words?.[change.do];
}

/** Whether words of a field stand in the file as `written`: not letter by letter, for the file has its own form. */
export function isSame(target, text, written) {
  const flat = (words) => (words ?? "").replace(/\r\n?/g, "\n").trim();
  // Figures are written with a colon, whatever was typed.
  const plain = (words) => (target.change?.do === "figures" ? flat(words).replace(/:?[ \t]+/g, " ") : flat(words));
  return plain(written) === plain(text);
}

function isInFile({ target, text }) {
  const now = inFile(target);
  return now !== undefined && isSame(target, text, now);
}

const drop = (one) => stored((store) => store.removeItem(one.key));

/** Offers what was typed before and never saved. `isTyped` says whether a field of this page has the words already. */
export function offerUnsaved(isTyped, save) {
  const box = $("unsaved");
  clearTimeout(later);
  // A page that is closed right after the last key saves its words, and cannot take its note of them back.
  for (const one of kept()) if (isHere(one) && isInFile(one)) drop(one);
  const all = kept().filter((one) => one.page !== PAGE || !isTyped(one.edition, one.target));
  const words = all.filter((one) => Date.now() - one.at > MAY_BE_TYPED);
  if (words.length < all.length) later = setTimeout(() => offerUnsaved(isTyped, save), MAY_BE_TYPED);
  const key = JSON.stringify([words, desk.state.name]);
  // Buttons stay as they are under a hand, but for another edition they do something else.
  const hadFocus = box.contains(document.activeElement);
  if (box.dataset.key === key || (hadFocus && box.dataset.edition === desk.state.name)) return;
  Object.assign(box.dataset, { key, edition: desk.state.name });
  box.hidden = !words.length;
  if (!words.length) {
    box.replaceChildren();
    if (hadFocus) $("centre").focus();
    return;
  }
  box.replaceChildren(
    make("h2", {}, "Words that you typed and that were not saved"),
    ...words.map((one) => offer(one, save)),
  );
  if (hadFocus) box.querySelector("button").focus();
}

function offer(one, save) {
  const at = new Date(one.at).toLocaleString("en-GB", { day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" });
  const row = make("div", { class: "offer" });
  const isOpen = isHere(one);
  const finished = (words) => {
    drop(one);
    row.remove();
    const box = $("unsaved");
    const next = box.querySelector(".offer button");
    box.hidden = !next;
    (next ?? $("centre")).focus();
    say(words);
  };
  const saving = (over) => () =>
    request(save(one, over))
      .then(() => finished("Your words are saved"))
      .catch((error) => {
        const theirs = error.conflict?.theirs;
        // The page that was closed had sent the beginning of them itself, and got no answer.
        const isOwn = theirs !== over && one.sent?.some((sent) => isSame(one.target, sent, theirs));
        if (error.conflict && isOwn) saving(theirs)();
        else if (error.conflict) ask(theirs);
        else say(`Not saved: ${error.message}`);
      });
  const acts = make("div", { class: "line" });
  const ask = (theirs) => {
    row.append(make("p", {}, "Other words are in the file by now:"), make("blockquote", {}, theirs || "(nothing)"));
    acts.replaceChildren(
      button("Keep mine", saving(theirs), { "data-keep": "mine" }),
      button("Keep the other", () => finished("The words of the file stay"), { "data-keep": "theirs" }),
    );
    row.append(acts);
    acts.firstElementChild.focus();
  };
  acts.append(
    isOpen
      ? button("Save these words", saving(one.over), { "data-offer": "save" })
      : button(`Open ${one.edition}`, () => desk.choose(one.edition), { "data-offer": "open" }),
    button("Discard them", () => finished("Discarded"), { "data-offer": "discard" }),
  );
  row.append(
    make("p", {}, make("strong", {}, one.label), ` · ${isOpen ? "" : `edition ${one.edition} · `}typed on ${at}`),
    make("blockquote", {}, one.text || "(nothing)"),
    acts,
  );
  return row;
}
