// The inbox row: what people see before they open the email, in four programs.
import { desk, make } from "./base.js";

// How wide a row is in each program, in pixels, and how it is set. Measured by eye: programs change, and so do people's windows.
const PROGRAMS = [
  { name: "Gmail in a browser", sender: 168, line: 620, font: "14px Roboto, Arial, sans-serif", oneLine: true },
  { name: "Gmail on a phone", sender: 210, line: 280, font: "14px Roboto, Arial, sans-serif", oneLine: false },
  { name: "Apple Mail on an iPhone", sender: 230, line: 320, font: "15px -apple-system, Helvetica, Arial, sans-serif", oneLine: false },
  { name: "Outlook on a desktop", sender: 210, line: 330, font: "14px 'Segoe UI', Arial, sans-serif", oneLine: false },
];

function cut(text, font, width) {
  const pen = (cut.canvas ??= document.createElement("canvas")).getContext("2d");
  pen.font = font;
  if (pen.measureText(text).width <= width) return text;
  let [low, high] = [0, text.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (pen.measureText(`${text.slice(0, middle)}…`).width <= width) low = middle;
    else high = middle - 1;
  }
  return `${text.slice(0, low).trimEnd()}…`;
}

export function inboxRows() {
  const { sender, subject, preheader } = desk.state.inbox;
  const rows = PROGRAMS.map((program) => {
    const bold = `600 ${program.font}`;
    const from = cut(sender, bold, program.sender);
    let row;
    if (program.oneLine) {
      const whole = cut(`${subject} - ${preheader}`, program.font, program.line);
      const said = whole.slice(0, Math.min(whole.length, subject.length));
      row = make("div", { class: "mailrow cut" }, make("span", { class: "from" }, from), make("span", {}, make("span", { class: "from" }, said), make("span", { class: "pre" }, whole.slice(said.length))));
    } else {
      row = make(
        "div", { class: "mailrow" },
        make("div", { class: "from cut" }, from),
        make("div", { class: "cut" }, cut(subject, program.font, program.line)),
        make("div", { class: "pre cut" }, cut(preheader, program.font, program.line)),
      );
    }
    row.style.font = program.font;
    row.style.width = `${program.oneLine ? program.sender + program.line + 40 : program.line + 30}px`;
    row.style.maxWidth = "100%";
    return make("figure", { class: "inbox" }, make("figcaption", {}, program.name), row);
  });
  const warning = preheader ? null : make("p", { class: "problem" }, "There is no preheader: mail programs show the first words of the email instead.");
  return [make("p", { class: "hint" }, "Roughly what people see before they open the email. Widths differ from screen to screen."), warning, ...rows].filter(Boolean);
}
