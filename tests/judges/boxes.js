// The measures of the design, in pixels, on a desk (700) and on a phone (375): where each block begins, how wide it is, how large
// its words are, and how far the next one is. How often a line breaks is the fonts' matter, so heights of words are counted in lines.

const TOLERANCE = 4;

const MASTHEADS = {
  harbour: { height: 70, name: [20, 26], edition: [14, 20] },
  letter: { height: 117, name: [34, 40], edition: [15, 24] },
  poster: { height: 112, name: [28, 30], edition: [14, 20] },
};

function boxes(page, width, theme, say) {
  const view = page.defaultView;
  const box = (element) => element.getBoundingClientRect();
  const style = (element) => view.getComputedStyle(element);
  const is = (what, value, wanted, tolerance = TOLERANCE) => {
    if (!(Math.abs(value - wanted) <= tolerance)) say(`${what} is ${Math.round(value * 10) / 10}, not ${wanted}`);
  };
  const find = (what, selector, within = page) => {
    const element = within.querySelector(selector);
    if (!element) throw new Error(`${what} is missing in ${theme} at ${width}`);
    return element;
  };
  const words = (what, element, [size, line]) => {
    is(`the size of ${what}`, parseFloat(style(element).fontSize), size, 0);
    is(`the line of ${what}`, parseFloat(style(element).lineHeight), line, 0.1);
  };
  const phone = width < 480;
  const paper = Math.min(600, width);
  const left = (width - paper) / 2;
  const margin = phone ? 20 : 32;
  const content = paper - 2 * margin;
  const across = (what, element, from = left + margin, wide = content) => {
    is(`the left of ${what}`, box(element).left, from);
    is(`the width of ${what}`, box(element).width, wide);
  };

  // The masthead.
  const masthead = MASTHEADS[theme];
  const name = find("the name", "a");
  const title = find("the title", "h1");
  const top = box(find("the masthead", ".band, .paper"));
  is("the top of the masthead", top.top, 0, 0);
  is("the left of the paper", top.left, left, 0);
  is("the width of the paper", top.width, paper, 0);
  is("the height of the masthead", top.height, masthead.height);
  words("the name", name, masthead.name);
  const edition = [...page.querySelectorAll("td, div")].filter((one) => /December 2020$/.test(one.textContent.trim()) && !one.children.length)[0];
  words("the edition", edition, masthead.edition);
  if (theme === "letter") {
    is("the middle of the name", box(name).left + box(name).width / 2, width / 2);
  } else {
    is("the left of the name", box(name).left, left + margin);
    is("the right of the edition", inked(edition).right, left + paper - margin);
  }

  // Title and introduction.
  words("the title", title, phone ? [26, 32] : [30, 36]);
  is("the title below the masthead", box(title).top - top.bottom, 28);
  across("the title", title);
  const introduction = title.parentElement.querySelector("p:last-of-type");
  words("the introduction", introduction, [17, 26]);

  // The lead.
  const lead = find("the lead", "h2").closest("table");
  const framed = theme !== "letter";
  across("the lead", lead);
  is("the lead below the introduction", box(lead).top - box(introduction).bottom, 28);
  const leadPicture = find("the lead's picture", "img", lead);
  const inside = framed ? content - 2 : content;
  across("the lead's picture", leadPicture, left + margin + (framed ? 1 : 0), inside);
  is("the height of the lead's picture", box(leadPicture).height, (inside * 9) / 16);
  const kicker = find("the lead's kicker", "p.accent", lead);
  words("the kicker", kicker, [13, 18]);
  is("the kicker below the lead's picture", box(kicker).top - box(leadPicture).bottom, 20);
  is("the left of the lead's words", box(kicker).left, left + margin + (framed ? 23 : 0));
  words("the lead's title", find("the lead's title", "h2", lead), [25, 31]);
  words("the lead's text", find("the lead's text", "p:not(.accent)", lead), [16, 25]);
  const button = find("the lead's button", ".button a", lead);
  words("the button", button, [16, 20]);
  is("the height of the button", box(button).height, 46);
  is("the lead's end below its button", box(lead).bottom - box(button).bottom, framed ? 23 : 0);

  // Cards in pairs.
  const halves = [...page.querySelectorAll(".half")];
  if (halves.length !== 2) throw new Error(`${halves.length} cards`);
  const cardWidth = phone ? content : 257;
  is("the cards below the lead", box(halves[0]).top - box(lead).bottom, 30);
  halves.forEach((card, index) => {
    across(`card ${index + 1}`, card, left + margin + (phone ? 0 : index * (content - 257)), cardWidth);
    const picture = find("the card's picture", "img", card);
    across(`the picture of card ${index + 1}`, picture, box(card).left, cardWidth);
    is("the height of a card's picture", box(picture).height, (cardWidth * 5) / 8);
    const kicker = find("the card's kicker", "p.accent", card);
    words("a card's kicker", kicker, [13, 18]);
    is("the kicker below a card's picture", box(kicker).top - box(picture).bottom, 13);
    words("a card's title", find("the card's title", "h3", card), [19, 25]);
    words("a card's text", find("the card's text", "p:not(.accent)", card), [16, 25]);
  });
  if (phone) is("the second card below the first", box(halves[1]).top - box(halves[0]).bottom, 24);

  // Figures.
  const figures = find("the figures", "p.heading").closest(".tint");
  across("the figures", figures);
  is("the figures below the cards", box(figures).top - Math.max(...halves.map((one) => box(one).bottom)), 30);
  const numbers = [...figures.querySelectorAll("p.heading")];
  if (numbers.length !== 3) throw new Error(`${numbers.length} figures`);
  for (const number of numbers) {
    is("the size of a figure", parseFloat(style(number).fontSize), 34);
    is("the line of a figure", parseFloat(style(number).lineHeight), 40);
    is("a figure in its panel", box(number).top - box(figures).top, 22);
  }
  const labels = [...figures.querySelectorAll("p.muted")];
  for (const label of labels) words("a figure's label", label, [14, 20]);
  is("the end of the figures", box(figures).bottom - Math.max(...labels.map((one) => box(one).bottom)), 22);

  // The quotation.
  const quote = find("the quotation", ".quote");
  across("the quotation", quote);
  is("the quotation below the figures", box(quote).top - box(figures).bottom, 30);
  is("the rule of the quotation", parseFloat(style(quote).borderLeftWidth), 4, 0);
  is("the words beside the rule", box(quote.firstElementChild).left, left + margin + 24);
  words("the quotation", quote.firstElementChild, [21, 31]);
  words("who said it", quote.lastElementChild, [14, 22]);

  // The event.
  const badge = find("the badge", ".badge");
  const event = badge.parentElement.closest("table");
  across("the event", event);
  is("the event below the quotation", box(event).top - box(quote).bottom, 30);
  across("the badge", badge, left + margin, 68);
  is("the height of the badge", box(badge).height, 70);
  is("the badge below its rule", box(badge).top - box(event).top, 25);
  const eventTitle = find("the event's title", "h3", event);
  is("the event's words", box(eventTitle).left, left + margin + 86);
  words("the event's title", eventTitle, [19, 25]);

  // Briefs.
  const section = find("the briefs", "h2[id]");
  across("the heading of the briefs", section);
  words("the heading of the briefs", section, [21, 27]);
  is("the briefs below the event", box(section).top - box(event).bottom, 30);
  const rows = [...section.nextElementSibling.querySelectorAll("tr")];
  if (rows.length !== 3) throw new Error(`${rows.length} briefs`);
  is("the first brief below its heading", box(rows[0]).top - box(section).bottom, 10);
  for (const row of rows) {
    const [day, words_] = row.children;
    is("the day of a brief", box(day).left, left + margin, 0);
    is("the title of a brief", box(words_).left, left + margin + 75);
    const heading = find("the brief's title", "h3", words_);
    words("a brief's title", heading, [16, 25]);
    is("the height of a brief", box(row).height, 25 + box(heading).height);
    is("a brief's hairline", parseFloat(style(words_).borderTopWidth), 1, 0);
  }

  // The appeal.
  const appeal = [...page.querySelectorAll("h2")].at(-1).parentElement;
  across("the appeal", appeal);
  is("the appeal below the briefs", box(appeal).top - box(rows[2]).bottom, 30);
  const ask = find("the appeal's title", "h2", appeal);
  words("the appeal's title", ask, [23, 29]);
  is("the appeal's words from above", box(ask).top - box(appeal).top, 24);
  is("the appeal's words from the left", box(ask).left - box(appeal).left, 24);
  is("the appeal's end below its button", box(appeal).bottom - box(find("the button", "a", appeal)).bottom, 24);

  // The footer.
  const foot = find("the footer", ".foot");
  is("the footer below the appeal", box(foot).top - box(appeal).bottom, 30);
  across("the footer", find("the footer's words", "p", foot));
  is("the footer's words from above", box(foot.querySelector("p")).top - box(foot).top, 36);
  words("the footer", foot.querySelector("p"), [14, 22]);
}
