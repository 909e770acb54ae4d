// Whose copy is shown.
import { $, desk, make, say } from "./base.js";
import { remember, remembered } from "./layout.js";

let show = () => {};
/** `run` is called when another person's copy is wanted. */
export function onPerson(run) {
  show = run;
}

desk.whose = typeof remembered.whose === "string" ? remembered.whose : "first";

function seeAs(key) {
  desk.whose = key;
  // Addresses are people's: they are not remembered in the browser.
  remember({ whose: key.startsWith("address:") ? "first" : key });
  show();
}

export function showPeople(state) {
  const select = $("as");
  const typed = desk.whose.startsWith("address:") ? [{ key: desk.whose, label: desk.whose.slice(8), group: "Another person" }] : [];
  const people = [...state.people, ...typed];
  const key = JSON.stringify(people);
  if (select.dataset.key !== key) {
    select.dataset.key = key;
    const groups = new Map([["People", []]]);
    for (const person of people) groups.set(person.group, [...(groups.get(person.group) ?? []), person]);
    const other = make("option", { value: "other" }, "Type an address…");
    groups.set("Another person", groups.get("Another person") ?? []);
    select.replaceChildren(...[...groups].map(([label, of]) =>
      make("optgroup", { label }, ...of.map((one) => make("option", { value: one.key }, one.label)), label === "Another person" ? other : null)));
  }
  const options = [...select.options].map((option) => option.value);
  // Somebody who is not there any more: a segment or a language that is gone. Menu and email name the same person.
  if (!options.includes(desk.whose) && desk.whose !== "first") {
    desk.whose = "first";
    say("Whose email was shown is not there any more: shown is the first person's");
    setTimeout(show);
  }
  select.value = options.includes(desk.whose) ? desk.whose : options[0];
  const note = $("not-theirs");
  const words = state.not_theirs ? `${state.not_theirs}. Shown is the email of ${state.people[0]?.label ?? "a stand-in"}.` : "";
  note.hidden = !words;
  if (note.textContent !== words) note.textContent = words;
}

$("as").addEventListener("change", (event) => {
  if (event.target.value !== "other") {
    seeAs(event.target.value);
    return;
  }
  back();
  $("person").showModal();
  $("whom").select();
});
const back = () => {
  $("as").value = [...$("as").options].some((option) => option.value === desk.whose) ? desk.whose : $("as").options[0].value;
};
$("close-person").addEventListener("click", () => $("person").close());
$("person").addEventListener("close", () => $("as").focus());
$("person-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const address = $("whom").value.trim();
  if (!address) return;
  $("person").close();
  seeAs(`address:${address}`);
});
