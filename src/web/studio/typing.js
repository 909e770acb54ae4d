// Undo and redo of one field. Its buttons change words too, and the browser's own undo knows only of its keys.

const MOST_STEPS = 200;

/** `look` gives the words and what is selected as `{ text, from, to }`, `show` puts them into the field. */
export function undoes(field, look, show) {
  let now = look();
  let [back, forth] = [[], []];
  let kind = null;

  /** The field has other words now. What is typed in one go is one step, a word at a time. */
  const record = (next, of) => {
    if (next.text === now.text) return;
    const goesOn = of === kind && (of === "insertText" || of === "insertCompositionText" || of?.startsWith("deleteContent")) && !/\s$/.test(now.text.slice(0, now.from));
    if (!goesOn) {
      back.push(now);
      if (back.length > MOST_STEPS) back.shift();
    }
    forth = [];
    now = next;
    kind = of;
  };
  const turn = (from, to) => {
    const step = from.pop();
    kind = null;
    if (!step) return false;
    to.push(now);
    now = step;
    show(step);
    return true;
  };
  const undo = () => turn(back, forth);
  const redo = () => turn(forth, back);
  const obey = (event, run) => {
    event.preventDefault();
    if (run()) field.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "historyUndo" }));
  };
  field.addEventListener("beforeinput", (event) => {
    if (event.inputType === "historyUndo") obey(event, undo);
    else if (event.inputType === "historyRedo") obey(event, redo);
    // Where the caret was is where undo brings it back to.
    else now = { ...look(), text: now.text };
  });
  field.addEventListener("input", (event) => record(look(), event.inputType ?? null));
  field.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key === "z") obey(event, event.shiftKey ? redo : undo);
    else if (key === "y" && !event.shiftKey) obey(event, redo);
  });
  return {
    /** Words that came from elsewhere: what was typed before them is no way back. */
    begin: () => {
      now = look();
      [back, forth] = [[], []];
      kind = null;
    },
    /** What is selected now, before a button changes the words. */
    mark: () => (now = { ...look(), text: now.text }),
  };
}
