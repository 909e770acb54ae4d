// A test to typed addresses, never to the list.
import { $, desk, make, request } from "./base.js";
import { notSaved, saveAll } from "./words.js";

$("open-test").addEventListener("click", () => {
  $("tested").replaceChildren();
  if (!$("to").value) $("to").value = (desk.state?.test ?? []).join(", ");
  $("test").showModal();
  $("to").focus();
});
$("close-test").addEventListener("click", () => $("test").close());
$("test-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  $("tested").replaceChildren(make("p", {}, "Sending …"));
  await saveAll();
  const left = notSaved();
  if (left.length) {
    $("tested").replaceChildren(make("p", { class: "bad" }, "Nothing was sent: the test would have other words than those on the screen. Not saved yet:"),
      make("ul", {}, ...left.map((words) => make("li", {}, words))));
    return;
  }
  try {
    const { tests } = await request({ want: "test", to: $("to").value, whose: desk.whose, edition: desk.state.name });
    const practice = desk.state.practice ? " The message is in outbox/: no mail server is set." : "";
    $("tested").replaceChildren(
      ...tests.map(({ address, accepted, answer }) =>
        make("p", { class: accepted ? "good" : "bad" }, `${accepted ? "Accepted" : "Rejected"}: ${address} (${answer})`)),
      make("p", {}, practice),
    );
  } catch (error) {
    $("tested").replaceChildren(make("p", { class: "bad" }, error.message));
  }
});
