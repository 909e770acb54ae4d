// Moving a story, and saying where it is then.
import { change, desk, quietly, say } from "./base.js";

const isOn = (story) => story.state === "lead" || story.state === "shown";
const shown = () => desk.state.stories.filter(isOn);

// One after the other: each is made from what the one before has left.
let last = Promise.resolve();
function inTurn(run) {
  last = last.then(run);
  return last;
}

/** Moves a story before or behind another one, and says the place. */
export const announceMove = (id, where) => inTurn(() => move(id, where));

function move(id, where) {
  const others = shown().filter((story) => story.id !== id);
  const at = others.findIndex((story) => story.id === (where.before ?? where.behind));
  const place = at < 0 ? others.length + 1 : at + (where.before ? 1 : 2);
  return quietly(change({ do: "move", id, ...where }), `Moved to ${place} of ${others.length + 1}`);
}

/** `up`, `down`, `top` or `end`, among the lead stories or among the others. */
export const moveTo = (id, to) => inTurn(() => {
  const story = desk.state.stories.find((one) => one.id === id);
  if (!story || !isOn(story)) return null;
  const peers = desk.state.stories.filter((other) => other.state === story.state);
  const at = peers.findIndex((other) => other.id === id);
  const target = { up: at - 1, down: at + 1, top: 0, end: peers.length - 1 }[to];
  if (target === at || !peers[target]) {
    say(at === 0 ? "It is the first already" : "It is the last already");
    return null;
  }
  return move(id, target < at ? { before: peers[target].id } : { behind: peers[target].id });
});
