// Moving a story, and saying where it is then.
import { change, desk, quietly, say } from "./base.js";

const isOn = (story) => story.state === "lead" || story.state === "shown";
const shown = () => desk.state.stories.filter(isOn);

/** Moves a story before or behind another one, and says the place. */
export function announceMove(id, where) {
  const others = shown().filter((story) => story.id !== id);
  const at = others.findIndex((story) => story.id === (where.before ?? where.behind));
  const place = at < 0 ? others.length + 1 : at + (where.before ? 1 : 2);
  quietly(change({ do: "move", id, ...where }), `Moved to ${place} of ${others.length + 1}`);
}

/** `up`, `down`, `top` or `end`, among the lead stories or among the others. */
export function moveTo(story, to) {
  const peers = desk.state.stories.filter((other) => other.state === story.state);
  const at = peers.findIndex((other) => other.id === story.id);
  const target = { up: at - 1, down: at + 1, top: 0, end: peers.length - 1 }[to];
  if (target === at || !peers[target]) {
    say(at === 0 ? "It is the first already" : "It is the last already");
    return;
  }
  announceMove(story.id, target < at ? { before: peers[target].id } : { behind: peers[target].id });
}
