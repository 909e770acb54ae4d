// Below the stories: those that came too late, those without a date, and what is wrong with a source.
import { forgetTyped, halfTyped } from "./half_typed.js";
import { $, change, make, quietly, want } from "./base.js";

export function showBeside(state) {
  const box = $("beside");
  const key = JSON.stringify([state.undecided, state.late, state.problems]);
  if (box.dataset.key === key || box.contains(document.activeElement)) return;
  box.dataset.key = key;
  box.replaceChildren();
  if (state.late.length) {
    box.append(group("Arrived late", state.late, (item) => [
      make("p", { class: "about" }, `${item.date} · arrived after ${item.why} was planned`),
      make("div", { class: "line" }, make("button", { type: "button", onclick: () => quietly(change({ do: "show", id: item.id }), "Story shown") }, "Show it in this edition")),
    ]));
  }
  if (state.undecided.length) {
    box.append(group("Without a date", state.undecided, (item) => {
      const input = halfTyped(`date ${item.source} ${item.id}`, make("input", { "aria-label": `Date of publication: ${item.title}`, placeholder: "3 December 2020" }));
      const save = (event) => {
        event.preventDefault();
        quietly(want({ want: "date", source: item.source, id: item.id, date: input.value }).then(() => forgetTyped(input)), "Date saved");
      };
      return [
        make("p", { class: "about" }, `${item.date} · ${item.source}`),
        make("form", { class: "line", onsubmit: save }, input, make("button", { type: "submit" }, "Save")),
      ];
    }));
  }
  if (state.problems.length) {
    box.append(make("details", { class: "beside", open: true }, make("summary", {}, `Problems · ${state.problems.length}`), ...state.problems.map((line) => make("p", { class: "problem" }, line))));
  }
}

function group(title, items, inside) {
  return make(
    "details",
    { class: "beside", open: true },
    make("summary", {}, `${title} · ${items.length}`),
    make("ul", { class: "rows" }, ...items.map((item) => make("li", {}, make("p", { class: "name" }, item.title), ...inside(item)))),
  );
}
