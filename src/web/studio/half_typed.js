// Forms that are filled in and not sent yet: what is typed into them stays in this browser, and leaving the page with it asks.
import { desk, stored } from "./base.js";

const PREFIX = "roundup form ";
const inputs = new Map();

const place = (name) => `${PREFIX}${JSON.stringify([desk.state?.project ?? "", name])}`;

/** Keeps what is typed into an input, under a name; gives the input, with what was typed there before. */
export function halfTyped(name, input) {
  inputs.set(input, name);
  input.value = stored((store) => store.getItem(place(name))) ?? input.value;
  input.addEventListener("input", () => (input.value ? stored((store) => store.setItem(place(name), input.value)) : drop(name)));
  return input;
}

const drop = (name) => stored((store) => store.removeItem(place(name)));

/** What was typed has been sent, or is not wanted any more. */
export function forgetTyped(...typed) {
  for (const input of typed) {
    input.value = "";
    drop(inputs.get(input));
  }
}

addEventListener("beforeunload", (event) => {
  const isTyped = (input) => input.isConnected && input.value.trim() && input.closest("dialog")?.open !== false;
  for (const input of inputs.keys()) if (!input.isConnected) inputs.delete(input);
  if ([...inputs.keys()].some(isTyped)) event.preventDefault();
});
