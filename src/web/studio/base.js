// What every part of the page uses: elements, the studio's answers, and what is shown now.
export const $ = (id) => document.getElementById(id);

/** What is shown now, and whose copy it is. */
export const desk = { state: null, whose: "first", trouble: () => {} };

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

export function say(words) {
  $("said").textContent = words;
}

export async function get(path) {
  const answer = await fetch(path, { cache: "no-store" });
  if (!answer.ok) throw await trouble(answer);
  const kind = answer.headers.get("content-type") ?? "";
  return kind.startsWith("application/json") ? answer.json() : answer.text();
}

async function trouble(answer) {
  const text = await answer.text();
  try {
    const { what, cure } = JSON.parse(text);
    return new Error(cure ? `${what}: ${cure}` : what);
  } catch {
    return new Error(text || `the studio answered ${answer.status}`);
  }
}

/** Says what somebody wants; what comes of it is shown when the studio says that there is something new. */
export async function want(what) {
  const answer = await fetch("do", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(what),
  });
  if (!answer.ok) {
    const error = await trouble(answer);
    say(error.message);
    desk.trouble(error.message);
    throw error;
  }
  desk.trouble(null);
  return answer.json();
}

export const change = (what) => want({ want: "change", change: what });
