// Elements of the page, made without markup: strings become text nodes, never HTML.

/** Make an element. `style` is an object of custom properties; null, false and undefined
 * attributes and children are left out. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "style")
      for (const [key, each] of Object.entries(value)) element.style.setProperty(key, each);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(
    ...children.flat().filter((child) => child !== null && child !== undefined && child !== false),
  );
  return element;
}

/** A button that does something. */
export function button(label, action, attributes = {}) {
  const element = make("button", { type: "button", ...attributes }, label);
  element.addEventListener("click", action);
  return element;
}

/** A button that puts text on the clipboard and says so. */
export function copyButton(label, text) {
  const element = button(label, async () => {
    await copy(text());
    element.textContent = "Copied";
    announce(`${label}: done`);
    setTimeout(() => {
      element.textContent = label;
    }, 1500);
  });
  return element;
}

// The clipboard belongs to secure pages only: 127.0.0.1 is one, another host of the network is not.
async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = make("textarea", { class: "unseen" });
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

/** Tell screen readers. */
export function announce(text) {
  document.getElementById("said").textContent = text;
}

/** A section with a heading, or nothing where it has no content. */
export function section(title, ...children) {
  const content = children.flat().filter(Boolean);
  return content.length ? make("section", {}, make("h3", {}, title), ...content) : null;
}

/** A table: column titles, rows of strings and elements. */
export function table(caption, titles, rows) {
  const head = make(
    "tr",
    {},
    titles.map((title) => make("th", { scope: "col" }, title)),
  );
  const body = rows.map((row) =>
    make(
      "tr",
      {},
      row.map((cell) => make("td", {}, cell ?? "–")),
    ),
  );
  const content = make(
    "table",
    {},
    make("caption", { class: "unseen" }, caption),
    make("thead", {}, head),
    make("tbody", {}, body),
  );
  return make(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    content,
  );
}

/** Names and values, one under the other; pairs without a value are left out. */
export function facts(pairs) {
  const known = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return make(
    "dl",
    { class: "facts" },
    known.map(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]).flat(),
  );
}

const GROUPED = new Intl.NumberFormat("en-GB");

/** 12345 as 12,345. */
export const count = (number) => GROUPED.format(number);

/** "1 problem", "2 problems". */
export const counted = (number, noun) => `${count(number)} ${noun}${number === 1 ? "" : "s"}`;

/** A figure with so many decimals, with a proper minus; a dash where there is none. */
export const figure = (number, decimals = 2) =>
  number === null || number === undefined ? "–" : number.toFixed(decimals).replace("-", "−");

/** Words of an identifier: answer_changed as "answer changed". */
export const words = (name) => String(name).replaceAll("_", " ");
