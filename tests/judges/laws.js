// What holds for every email, whatever its stories and its theme: nothing sticks out, lies on something else or is too faint.

// The smallest elements with words or a picture of their own.
function leaves(page) {
  const own = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  return [...page.body.querySelectorAll("h1, h2, h3, p, li, td, div, img")].filter((element) => {
    const box = element.getBoundingClientRect();
    const holds = element.querySelector("h1, h2, h3, p, li, td, div, img");
    const words = own(element) || (element.textContent.trim() && !holds);
    return box.width > 0 && box.height > 0 && (element.localName === "img" || (words && !holds));
  });
}

// Red, green and blue of a colour on the ground it stands on, which is opaque in an email.
function channels(colour) {
  const [red, green, blue, alpha = 1] = colour.match(/[\d.]+/g).map(Number);
  return alpha === 0 ? null : [red, green, blue];
}

function ground(element) {
  for (let at = element; at; at = at.parentElement) {
    const colour = channels(at.ownerDocument.defaultView.getComputedStyle(at).backgroundColor);
    if (colour) return colour;
  }
  return [255, 255, 255];
}

function contrast(one, other) {
  const light = (colour) => {
    const [red, green, blue] = colour.map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
}

function nameOf(element) {
  const words = element.localName === "img" ? element.alt : element.textContent;
  return `<${element.localName}> "${words.trim().replace(/\s+/g, " ").slice(0, 40)}"`;
}

// Where the words themselves are: a line that is too long leaves its box without making it wider.
function inked(element) {
  const range = element.ownerDocument.createRange();
  range.selectNodeContents(element);
  return element.localName === "img" ? element.getBoundingClientRect() : range.getBoundingClientRect();
}

function fits(page, width, say) {
  if (page.documentElement.scrollWidth > width) say(`the page is ${page.documentElement.scrollWidth}px wide`);
}

function laws(page, width, say) {
  const view = page.defaultView;
  fits(page, width, say);
  const all = leaves(page);
  if (all.length < 5) say(`only ${all.length} words and pictures were found`);
  for (const element of all) {
    const ink = inked(element);
    const cell = element.closest("td").getBoundingClientRect();
    if (ink.right > width + 1 || ink.left < -1) say(`${nameOf(element)} sticks out of the page`);
    else if (ink.right > cell.right + 1 || ink.left < cell.left - 1) say(`${nameOf(element)} sticks out of its cell`);
  }
  all.forEach((element, index) => {
    const one = inked(element);
    for (const other of all.slice(index + 1)) {
      const two = inked(other);
      const across = Math.min(one.right, two.right) - Math.max(one.left, two.left);
      const down = Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top);
      // A line of large letters may reach a few pixels out of its line.
      if (across > 1 && down > 6) say(`${nameOf(element)} lies on ${nameOf(other)}`);
    }
  });
  for (const element of page.body.querySelectorAll("*")) {
    const hasWords = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.replace(/[\s\u00a0\u200c\u034f]/g, ""));
    const box = element.getBoundingClientRect();
    if (!(hasWords || (element.localName === "img" && element.alt)) || box.width === 0 || box.height === 0) continue;
    const ratio = contrast(channels(view.getComputedStyle(element).color), ground(element));
    if (ratio < 4.5) say(`${nameOf(element)} has a contrast of ${ratio.toFixed(2)}`);
  }
  for (const link of page.querySelectorAll("a[style*='inline-block']")) {
    const { height } = link.getBoundingClientRect();
    if (height < 44) say(`the button "${link.textContent.trim()}" is ${height}px high`);
  }
  pictures(page, say);
  pairs(page, say);
}

// Pictures keep their form and are not enlarged, and Outlook's attributes have the same form.
function pictures(page, say) {
  for (const picture of page.images) {
    const box = picture.getBoundingClientRect();
    if (!picture.naturalWidth) {
      say(`${nameOf(picture)} was not loaded`);
      continue;
    }
    const form = picture.naturalWidth / picture.naturalHeight;
    // A pixel more or less is a rounding, not another form.
    const differs = (high, wide) => Math.abs(high - wide / form) > 1.5;
    if (differs(box.height, box.width)) say(`${nameOf(picture)} is ${box.width} by ${box.height}`);
    if (box.width > picture.naturalWidth + 1) say(`${nameOf(picture)} is enlarged`);
    const [wide, high] = ["width", "height"].map((side) => Number(picture.getAttribute(side)));
    if (high && differs(high, wide)) say(`${nameOf(picture)} has the attributes ${wide} by ${high}`);
    if (wide > 600) say(`${nameOf(picture)} is ${wide}px wide in Outlook`);
  }
}

// Two cards beside each other have one height, and one width.
function pairs(page, say) {
  for (const row of page.querySelectorAll("tr")) {
    const halves = [...row.children].filter((cell) => cell.classList.contains("half"));
    if (halves.length < 2) continue;
    const [one, two] = halves.map((cell) => cell.getBoundingClientRect());
    if (Math.abs(one.width - two.width) > 1) say(`${nameOf(halves[0])} is ${one.width}px wide beside ${two.width}px`);
    if (Math.abs(one.top - two.top) < 1 && Math.abs(one.height - two.height) > 1) {
      say(`${nameOf(halves[0])} is ${one.height}px high beside ${two.height}px`);
    }
  }
}
