// Whether roundup is there: its events, and a look every second once they have ended.
import { $, make } from "./base.js";

const LOOK_AGAIN = 1000;
const NO_ANSWER = 1000;
const LISTEN_AGAIN = 100;

/** `isGone`: roundup does not answer. `isElsewhere`: another one does, at this port, with another address. */
export const connection = { isGone: false, isElsewhere: false };
const listeners = [];
/** Runs when roundup goes or comes back. */
export const onConnection = (run) => listeners.push(run);

let events = null;
let news = () => {};

/** Begins: `run` is called whenever there is something new, with its revision; without one it must look. */
export function connect(run) {
  news = run;
  listen();
}

function listen() {
  events?.close();
  events = new EventSource("events");
  let isFirst = true;
  // The first event comes at once, and every time the connection comes back; each has the revision that is there.
  events.addEventListener("version", (event) => {
    set({ isGone: false, isElsewhere: false });
    news(isFirst ? null : Number(event.data));
    isFirst = false;
  });
  events.addEventListener("error", look);
}

let looking = null;
async function look() {
  clearTimeout(looking);
  events?.close();
  let answer = null;
  try {
    answer = await fetch("ping", { cache: "no-store", signal: AbortSignal.timeout(NO_ANSWER) });
  } catch {
    answer = null;
  }
  clearTimeout(looking);
  if (answer?.ok) {
    looking = setTimeout(listen, LISTEN_AGAIN);
    return;
  }
  set({ isGone: true, isElsewhere: Boolean(answer) });
  looking = setTimeout(look, LOOK_AGAIN);
}

/** Something was not answered: is roundup still there? */
export const doubt = () => look();

function set(now) {
  const isNews = now.isGone !== connection.isGone || now.isElsewhere !== connection.isElsewhere;
  Object.assign(connection, now);
  if (!isNews) return;
  const box = $("gone");
  box.hidden = !now.isGone;
  const command = document.body.dataset.reopen ?? "roundup preview";
  box.replaceChildren(...(now.isElsewhere
    ? [make("strong", {}, "roundup was started again at another address."), " Open the address that it printed. Words that are not saved are still in this tab: copy them first."]
    : [make("strong", {}, "roundup has stopped, start it again:"), " type ", make("code", {}, command), " where you started it. This page carries on by itself, and your words are kept."]));
  for (const run of listeners) run(connection);
}
