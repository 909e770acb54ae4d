// Fields that save as somebody types, and never lose a word: what is not in the file yet is kept in this browser.
import { $, desk, make, request, say } from "./base.js";
import { connection, doubt, goneWords, onConnection } from "./connection.js";
import { showChoice } from "./choice.js";
import { forget, isSame, keep } from "./unsaved.js";

/** After the last key. */
const PAUSE = 200;
/** A save takes a tenth of a second; a studio that does not answer for this long has stopped. */
const NO_ANSWER = 10_000;
/** What stood in the way may be gone (a full disk, a file that nobody may write) without a sign of it. */
const TRY_AGAIN = 5000;
const fields = new Set();
let savedAt = null;
/** What was typed a moment ago is still being typed. */
const TYPING = 20_000;

/** A field of words. `target` says what it changes: `{ change: { do: "subject" } }`, without the words. */
export class Words {
  constructor(element, target, label) {
    Object.assign(this, { element, target, label });
    // As it stands in the file, and as it stood in the field when that was saved.
    this.saved = null;
    this.settled = null;
    // What was sent and never answered: it may be in the file, and is nobody else's.
    this.unanswered = [];
    this.edition = null;
    this.revision = 0;
    this.isSaving = false;
    this.saving = null;
    this.continues = false;
    this.trouble = null;
    this.choice = null;
    this.typedAt = 0;
    // The words that stand for those of the file, where it has none.
    this.standing = "";
    // Whether what is typed is kept in this browser too.
    this.isKept = false;
    // Why it cannot be saved, below the field.
    this.reason = null;
    element.addEventListener("input", () => this.typed());
    element.addEventListener("change", () => this.save());
    element.addEventListener("blur", () => {
      this.continues = false;
      this.save();
      this.showStanding();
    });
    fields.add(this);
  }

  /** The edition whose words these are; none for a setting, which all editions share. */
  get home() {
    return this.target.want === "setting" ? null : desk.state.name;
  }

  get isDirty() {
    return this.settled !== null && this.element.value !== this.settled;
  }

  /** The words as the studio shows them now: `text` in the file, or none and the words that stand for it. */
  follow(text, standing = text ?? "") {
    const isOther = this.settled !== null && this.edition !== this.home;
    if (isOther) this.leave();
    if (!isOther && (this.isSaving || desk.state.revision < this.revision)) return;
    if (desk.state.lost && this.home !== null && this.settled !== null && !isOther) {
      // There is no file, and what a new one would have is nobody's: the words stay, and there is nothing to choose.
      this.answeredChoice();
      this.save();
      return;
    }
    this.edition = this.home;
    this.element.inert = false;
    this.standing = standing;
    if (!this.isDirty || isOther) {
      this.take(text, standing);
    } else if (text !== this.saved && standing === this.element.value) {
      this.take(text, standing);
    } else if (text !== this.saved && !this.hasSent(text)) {
      this.ask(text);
    } else {
      // Something has changed: perhaps it can be saved now, or there is nothing to choose any more.
      this.saved = text;
      this.answeredChoice();
      if (!this.waiting) this.save();
    }
  }

  /** Whether this page has sent these words itself. roundup may have stopped after it wrote them, before it answered. */
  hasSent(text) {
    return this.unanswered.some((sent) => isSame(this.target, sent, text));
  }

  take(text, standing) {
    // What was saved a moment ago may be written otherwise in the file: not under the hands of whoever types.
    const isOwn = this.settled !== null && text === this.saved && this.element === document.activeElement;
    this.saved = text;
    if (!isOwn && this.element.value !== standing && !(this.element === document.activeElement && this.element.value.trim() === standing)) {
      const { selectionStart, selectionEnd } = this.element;
      this.element.value = standing;
      if (this.element === document.activeElement) this.element.setSelectionRange?.(selectionStart, selectionEnd);
      this.element.dispatchEvent(new Event("taken"));
    }
    this.settled = this.element.value;
    this.answeredChoice();
    this.forget();
  }

  /** What was typed here need not be kept any more; what was typed before this field had words stays. */
  forget() {
    if (this.isKept) forget(this);
    this.isKept = false;
  }

  // An emptied field shows what stands for its words, once nobody types there.
  showStanding() {
    if (this.isDirty || this.saved !== null || this.settled === null || this.element.value.trim() || !this.standing) return;
    this.element.value = this.standing;
    this.settled = this.element.value;
  }

  typed() {
    this.trouble = null;
    this.typedAt = Date.now();
    if (this.isDirty) {
      keep(this);
      this.isKept = true;
    } else {
      this.forget();
    }
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.save(), PAUSE);
    showSaving();
  }

  /** Saves what is in the field, if it is not saved; ends when all of it is, or cannot be. */
  async save() {
    clearTimeout(this.waiting);
    this.waiting = null;
    if (!this.saving && (this.isSaving || this.choice || !this.isDirty)) {
      showSaving();
      return;
    }
    this.saving ??= this.saveTyped().finally(() => (this.saving = null));
    await this.saving;
  }

  async saveTyped() {
    do {
      await this.write(this.element.value, this.saved);
      // Keys that came meanwhile.
    } while (this.isDirty && !this.trouble && !this.choice);
  }

  async write(text, over) {
    const { edition, target } = this;
    this.isSaving = true;
    showSaving();
    try {
      const answer = await request(asked(target, text, over, edition, this.continues), NO_ANSWER);
      savedAt = new Date();
      // Another edition may be shown by now.
      if (edition === this.edition) this.written(text, answer);
      else forget({ edition, target });
    } catch (error) {
      if (edition === this.edition) this.refused(text, error);
    } finally {
      this.isSaving = false;
      showSaving();
    }
  }

  written(text, answer) {
    this.continues = document.activeElement === this.element;
    this.saved = answer.text;
    this.settled = text;
    this.unanswered = [];
    this.revision = answer.revision;
    this.trouble = null;
    if (!this.isDirty) this.forget();
    if (document.activeElement !== this.element) this.showStanding();
  }

  refused(text, error) {
    if (error.conflict && this.hasSent(error.conflict.theirs)) {
      this.saved = error.conflict.theirs;
      this.trouble = null;
      return;
    }
    if (error.conflict) {
      this.trouble = null;
      this.ask(error.conflict.theirs);
      return;
    }
    this.trouble = error.message;
    if (!error.isGone) return;
    if (!this.unanswered.includes(text)) this.unanswered.push(text);
    if (this.isDirty) keep(this);
    doubt();
  }

  /** Others have written other words meanwhile: whoever types here decides. */
  ask(theirs) {
    if (this.choice?.theirs === theirs) return;
    this.answeredChoice();
    this.choice = showChoice(this, theirs, {
      mine: () => this.decide(() => this.write(this.element.value, theirs)),
      theirs: () => this.decide(() => {
        this.element.value = theirs ?? "";
        this.take(theirs, theirs ?? "");
        say("The other words are shown");
      }),
      both: () => this.decide(() => {
        this.element.value = `${theirs ?? ""}\n\n${this.element.value}`;
        return this.write(this.element.value, theirs);
      }),
    });
    showSaving();
  }

  async decide(run) {
    this.answeredChoice();
    await run();
    this.element.focus();
    showSaving();
  }

  answeredChoice() {
    this.choice?.end();
    this.choice = null;
  }

  /** The field shows something else from now on; what was not saved stays in this browser. */
  leave() {
    clearTimeout(this.waiting);
    this.answeredChoice();
    this.trouble = null;
    this.settled = null;
    this.isKept = false;
    this.continues = false;
    this.revision = 0;
    this.unanswered = [];
  }

  /** Says at the field why its words are not saved. */
  showReason() {
    const words = this.trouble && !connection.isGone && (this.isDirty || this.isSaving) ? this.trouble : null;
    if ((this.reason?.textContent ?? null) === words) return;
    this.reason?.remove();
    this.reason = words && make("p", { class: "reason bad", id: `why-${this.element.id}`, role: "alert" }, words);
    if (words) {
      (this.element.closest(".one-line") ?? this.element).after(this.reason);
      this.element.setAttribute("aria-invalid", "true");
      this.element.setAttribute("aria-describedby", this.reason.id);
    } else {
      this.element.removeAttribute("aria-invalid");
      this.element.removeAttribute("aria-describedby");
    }
  }

  /** The field goes. */
  end() {
    this.save();
    this.reason?.remove();
    fields.delete(this);
  }
}

/** What is sent to save words: of an edition, or a setting. */
export function asked(target, text, over, edition, continues = false) {
  if (target.want === "setting") {
    // An empty setting is none: what counts without it is shown then.
    const setting = { ...target.setting, text: text.trim() === "" ? null : text };
    return { want: "setting", settings: [setting], written_over: { text: over }, continues };
  }
  const { change, ...more } = target;
  return { want: "change", ...more, change: { ...change, text }, edition, written_over: { text: over }, continues };
}

/** Saves everything that can be saved now. */
export const saveAll = () => Promise.all([...fields].map((field) => field.save()));

/** What cannot be saved now: its name, and why. */
export const notSaved = () => [...fields].filter((field) => field.isDirty).map((field) =>
  `${field.label}: ${field.choice ? "choose which words to keep" : field.trouble ?? "still being saved"}`);

/** Whether somebody is typing words of the edition that this page shows: they are not changed into another one's. */
export const isTyping = () => [...fields].some((field) => field.target.want !== "setting" && field.edition === desk.state?.name &&
  (field.isDirty || field.isSaving || (field.element === document.activeElement && document.hasFocus() && Date.now() - field.typedAt < TYPING)));

/** Another edition is shown: fields that it does not have let their words go. They are offered. */
export function leaveOthers() {
  for (const field of fields) if (field.settled !== null && field.edition !== field.home) {
    field.leave();
    // Nothing can be typed where no words are known.
    field.element.inert = true;
  }
}

/** Whether a field has these words already. */
export const isTyped = (edition, target) =>
  [...fields].some((field) => field.isDirty && field.edition === edition && JSON.stringify(field.target) === JSON.stringify(target));

function showSaving() {
  for (const field of fields) field.showReason();
  const dirty = [...fields].filter((field) => field.isDirty || field.isSaving);
  const box = $("saved");
  const troubled = dirty.find((field) => field.trouble);
  let [kind, words] = ["idle", savedAt ? `Saved at ${savedAt.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })}` : standing()];
  if (connection.isGone) [kind, words] = ["bad", dirty.length ? `Not saved: ${goneWords()}` : goneWords()];
  else if (dirty.some((field) => field.choice)) [kind, words] = ["bad", "Not saved: choose which words to keep"];
  else if (troubled) [kind, words] = ["bad", `Not saved: ${troubled.trouble}`];
  else if (dirty.length) [kind, words] = ["busy", "Saving…"];
  else if (savedAt) kind = "good";
  box.dataset.kind = kind;
  box.dataset.short = dirty.length ? "Not saved" : connection.isHeld ? "No answer" : "Stopped";
  box.title = words;
  const said = box.firstElementChild;
  if (said.textContent !== words) said.textContent = words;
}

const standing = () => (desk.state?.draft ? "All saved" : "No changes yet");
export const showSaved = showSaving;

/** Something else than words was saved. */
export function wasSaved() {
  savedAt = new Date();
  showSaving();
}

onConnection(() => {
  for (const field of fields) {
    if (connection.isGone) continue;
    field.trouble = null;
    field.save();
  }
  showSaving();
});

setInterval(() => {
  for (const field of fields) if (field.trouble && !field.waiting && !connection.isGone) field.save();
}, TRY_AGAIN);

// A page that is left with words that are not saved asks; what can be saved at the last moment is.
addEventListener("beforeunload", (event) => {
  saveAll();
  if ([...fields].some((field) => field.isDirty || field.isSaving)) event.preventDefault();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") saveAll();
});
