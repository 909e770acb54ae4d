// What every part of the page uses: elements, the studio's answers, and what is shown now.
export const $ = (id) => document.getElementById(id);

/** What is shown now, and whose copy it is. */
export const desk = { state: null, whose: "first", trouble: () => {}, choose: async () => {}, saved: () => {}, refresh: async () => {} };

/** Makes an element: `make("p", { class: "x" }, "text", child)`. Text is text, never markup. */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Uses what this browser keeps. One that keeps nothing (a private window, a full disk) still has the words on the page. */
export function stored(run) {
  try {
    return run(localStorage);
  } catch {
    return null;
  }
}

/** Every setting of the look that has a field. */
export const settingsOf = (look) => [...look.organisation, ...look.colours, ...look.words, ...(look.appeal ?? []), ...look.links.map(({ name, url }) => ({ group: "links", name, written: url, used: url }))];

export const button = (words, onclick, more = {}) => make("button", { type: "button", onclick, ...more }, words);

let fading = null;
/** Shows what was done, and lets screen readers say it. */
export function say(words) {
  const said = $("said");
  // The same words twice are news twice.
  said.textContent = said.textContent === words ? `${words}\u00a0` : words;
  said.classList.add("shown");
  clearTimeout(fading);
  fading = setTimeout(() => said.classList.remove("shown"), 6000);
}

/** Why the studio did not do something. */
export class Refusal extends Error {
  constructor(words, { status = 0, conflict = null } = {}) {
    super(words);
    this.status = status;
    this.conflict = conflict;
  }

  /** roundup itself is not there. */
  get isGone() {
    return this.status === 0;
  }
}

async function answered(path, options = {}, patience = null) {
  let answer;
  try {
    const signal = patience === null ? null : AbortSignal.timeout(patience);
    answer = await fetch(path, { cache: "no-store", signal, ...options });
  } catch (error) {
    throw new Refusal(error.name === "TimeoutError" ? "roundup does not answer" : "roundup has stopped, start it again");
  }
  if (answer.ok) return answer;
  const text = await answer.text().catch(() => "");
  let said = {};
  try {
    said = JSON.parse(text);
  } catch {
    said = { what: text || `the studio answered ${answer.status}` };
  }
  const words = said.cure ? `${said.what}: ${said.cure}` : (said.what ?? "");
  throw new Refusal(words, { status: answer.status, conflict: said.conflict ?? null });
}

export async function get(path) {
  const answer = await answered(path);
  const kind = answer.headers.get("content-type") ?? "";
  return kind.startsWith("application/json") ? answer.json() : answer.text();
}

/** Requests something, and gives the answer or a `Refusal`. What takes longer than `patience` milliseconds has failed. */
export async function request(what, patience = null) {
  const headers = { "content-type": "application/json" };
  const answer = await answered("do", { method: "POST", headers, body: JSON.stringify(what) }, patience);
  return answer.json();
}

/** The same, and a refusal is shown at the top of the page. */
export async function want(what) {
  try {
    const answer = await request(what);
    desk.trouble(null);
    return answer;
  } catch (error) {
    desk.trouble(error.message);
    throw error;
  }
}

/** Changes the edition that is shown, and ends when the page shows it. */
export async function change(what) {
  const answer = await want({ want: "change", change: what, edition: desk.state?.name });
  desk.saved();
  await desk.refresh(answer.revision);
  return answer;
}

/** Says words when something is done; a refusal is shown already. */
export const quietly = (promise, words) => promise.then(() => words && say(words)).catch(() => {});
