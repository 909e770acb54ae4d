// Whether roundup is there: its events, and a look every second once they have ended.
import { $, make } from "./base.js";

const LOOK_AGAIN = 1000;
const NO_ANSWER = 1000;
const LISTEN_AGAIN = 100;

/** `isGone`: roundup does not answer. `isHeld`: its port is still open. `isElsewhere`: another one answers there, with another address. */
export const connection = { isGone: false, isHeld: false, isElsewhere: false };
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
    set({ isGone: false, isHeld: false, isElsewhere: false });
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
  let isHeld = false;
  try {
    answer = await fetch("ping", { cache: "no-store", signal: AbortSignal.timeout(NO_ANSWER) });
  } catch (error) {
    isHeld = error.name === "TimeoutError";
  }
  clearTimeout(looking);
  if (answer?.ok) {
    looking = setTimeout(listen, LISTEN_AGAIN);
    return;
  }
  set({ isGone: true, isHeld, isElsewhere: Boolean(answer) });
  looking = setTimeout(look, LOOK_AGAIN);
}

/** A program that was ended refuses the connection at once; one that is only held takes it, and does not answer. */
const gone = (command) => connection.isHeld
  ? [make("strong", {}, "roundup does not answer."), " It may be held (Ctrl-Z): type ", make("code", {}, "fg"), " where you started it. If it has stopped, type ", make("code", {}, command), "."]
  : [make("strong", {}, "roundup has stopped, start it again:"), " type ", make("code", {}, command), " where you started it."];

/** In a few words, for the state of what is typed. */
export const goneWords = () => (connection.isHeld ? "roundup does not answer" : "roundup has stopped, start it again");

/** Something was not answered: is roundup still there? */
export const doubt = () => look();

function set(now) {
  const isNews = Object.keys(now).some((name) => now[name] !== connection[name]);
  Object.assign(connection, now);
  if (!isNews) return;
  const box = $("gone");
  box.hidden = !now.isGone;
  const command = document.body.dataset.reopen ?? "roundup preview";
  box.replaceChildren(...(now.isElsewhere
    ? [make("strong", {}, "roundup was started again at another address."), " Open the address that it printed. Words that are not saved are still in this tab: copy them first."]
    : [...gone(command), " This page carries on by itself, and your words are kept."]));
  for (const run of listeners) run(connection);
}
