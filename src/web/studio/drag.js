// Dragging a story to any place, with a line where it will be.
import { announceMove } from "./moves.js";

let dragged = null;
let mark = null;

/** Lets a row be dragged by its grip. */
export function drags(row, grip) {
  grip.addEventListener("dragstart", (event) => {
    dragged = row;
    row.classList.add("dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", row.dataset.id);
    event.dataTransfer.setDragImage(row, 10, 10);
  });
  grip.addEventListener("dragend", ended);
}

function ended() {
  dragged?.classList.remove("dragged");
  dragged = null;
  showMark(null);
}

function showMark(place) {
  mark?.row.classList.remove("before", "behind");
  mark = place;
  mark?.row.classList.add(mark.isBehind ? "behind" : "before");
}

/** A story can be dropped on any story of the list, in either half, and below the last one. */
export function takesDrops(list, area) {
  const placeOf = (event) => {
    const rows = [...list.children].filter((row) => !row.hidden);
    // Below the last story, whatever stands there: it will be the last.
    const over = rows.find((row) => event.clientY < row.getBoundingClientRect().bottom) ?? rows.at(-1);
    if (!over) return null;
    const { top, height } = over.getBoundingClientRect();
    return { row: over, isBehind: event.clientY > top + height / 2 };
  };
  area.addEventListener("dragover", (event) => {
    if (!dragged) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "move";
    const place = placeOf(event);
    showMark(place && place.row !== dragged ? place : null);
  });
  area.addEventListener("dragleave", (event) => {
    if (!area.contains(event.relatedTarget)) showMark(null);
  });
  area.addEventListener("drop", (event) => {
    if (!dragged) return;
    event.preventDefault();
    const [row, place] = [dragged, placeOf(event)];
    ended();
    if (place && place.row !== row) announceMove(row.dataset.id, place.isBehind ? { behind: place.row.dataset.id } : { before: place.row.dataset.id });
  });
}
