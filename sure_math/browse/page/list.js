// The list of problems: only the rows in sight are elements, only their pages are fetched, so a
// million problems cost what fifty do.

import { count, figure, make, words } from "./elements.js";
import { show } from "./mathematics.js";
import { here, link, question } from "./place.js";
import { ask } from "./server.js";

const PAGE = 100; // rows per request
const KEPT = 30; // pages in memory
const SPARE = 6; // rows drawn above and below the window
const TALLEST = 10_000_000; // pixels; browsers draw nothing beyond some 16 to 33 million
const SETTLED = 60; // milliseconds without scrolling before a far page is asked for

export class ProblemList {
  /** `viewport` scrolls; `onTotal` hears how many problems match, `onError` what went wrong. */
  constructor(viewport, { onTotal, onError }) {
    this.viewport = viewport;
    this.canvas = viewport.firstElementChild;
    this.onTotal = onTotal;
    this.onError = onError;
    this.height = 5.75 * parseFloat(getComputedStyle(document.documentElement).fontSize);
    this.rows = new Map(); // index -> element
    this.pages = new Map(); // number -> rows, the one used last at the end
    this.requests = new Map(); // number -> AbortController
    this.total = null;
    this.cursor = 0;
    viewport.addEventListener("scroll", () => this.draw(), { passive: true });
    new ResizeObserver(() => this.draw()).observe(viewport);
  }

  /** Ask for another selection, and show it from the top. */
  async select(asked, { fresh = false } = {}) {
    if (asked === this.asked && !fresh) return this.mark();
    this.asked = asked;
    clearTimeout(this.settling);
    for (const request of this.requests.values()) request.abort();
    this.requests.clear();
    this.pages.clear();
    this.viewport.setAttribute("aria-busy", "true");
    await this.load(0);
    return undefined;
  }

  /** Fetch the rows in sight again, where the same question may have new answers. */
  refresh() {
    this.pages.clear();
    this.draw();
  }

  /** The row at an index, fetched where needed; null beyond the end. */
  async row(index) {
    if (this.total === null || index < 0 || index >= this.total) return null;
    const number = Math.floor(index / PAGE);
    if (!this.pages.has(number)) await this.load(number);
    return this.pages.get(number)?.[index % PAGE] ?? null;
  }

  /** Index of a problem among the rows in memory; -1 if it is in none of them. */
  indexOf(id) {
    for (const [number, rows] of this.pages) {
      const at = rows.findIndex((row) => row.problem_id === id);
      if (at >= 0) return number * PAGE + at;
    }
    return -1;
  }

  async load(number) {
    const { asked } = this;
    const request = new AbortController();
    this.requests.set(number, request);
    const range = `offset=${number * PAGE}&limit=${PAGE}`;
    try {
      const reply = await ask(`/api/problems?${asked ? `${asked}&` : ""}${range}`, request.signal);
      if (asked !== this.asked) return;
      this.keep(number, reply.rows);
      if (number === 0 && this.viewport.hasAttribute("aria-busy")) this.begin(reply.total);
      this.redraw(number);
    } catch (error) {
      if (error.name !== "AbortError") this.onError(error);
    } finally {
      if (this.requests.get(number) === request) this.requests.delete(number);
    }
  }

  keep(number, rows) {
    this.pages.set(number, rows);
    const oldest = this.pages.keys().next().value;
    if (this.pages.size > KEPT && oldest !== number) this.pages.delete(oldest);
  }

  begin(total) {
    this.total = total;
    this.viewport.removeAttribute("aria-busy");
    this.viewport.scrollTop = 0;
    this.cursor = Math.max(0, this.indexOf(here().get("problem")));
    this.canvas.style.height = `${Math.min(total * this.height, TALLEST)}px`;
    for (const element of this.rows.values()) element.remove();
    this.rows.clear();
    if (this.cursor) this.reveal(this.cursor);
    this.onTotal(total);
  }

  // Beyond TALLEST, the scroll bar stands for more pixels than there are: `top` is the position in
  // the whole list that the scroll bar means, `shift` brings it back on the canvas.
  get top() {
    const { scrollTop, clientHeight, scrollHeight } = this.viewport;
    const real = this.total * this.height;
    if (real <= TALLEST) return scrollTop;
    return (scrollTop / (scrollHeight - clientHeight)) * (real - clientHeight);
  }

  draw() {
    if (!this.total || this.viewport.hasAttribute("aria-busy")) return;
    const { top } = this;
    const shift = this.viewport.scrollTop - top;
    const first = Math.max(0, Math.floor(top / this.height) - SPARE);
    const seen = Math.ceil((top + this.viewport.clientHeight) / this.height);
    const last = Math.min(this.total, seen + SPARE);
    for (const [index, element] of this.rows) {
      if (index >= first && index < last) continue;
      element.remove();
      this.rows.delete(index);
    }
    for (let index = first; index < last; index += 1) {
      if (!this.rows.has(index)) this.add(index);
      const place = `translateY(${Math.round(index * this.height + shift)}px)`;
      this.rows.get(index).style.transform = place;
    }
    this.mark();
    this.want(Math.floor(first / PAGE), Math.floor((last - 1) / PAGE));
  }

  add(index) {
    const element = rowElement(this.pages.get(Math.floor(index / PAGE))?.[index % PAGE]);
    element.id = `row-${index}`;
    element.setAttribute("aria-posinset", index + 1);
    element.setAttribute("aria-setsize", this.total);
    this.canvas.append(element);
    this.rows.set(index, element);
  }

  redraw(number) {
    for (const [index, element] of this.rows) {
      if (Math.floor(index / PAGE) !== number) continue;
      element.remove();
      this.rows.delete(index);
    }
    this.draw();
  }

  /** Fetch the pages from `first` to `last`; give up those that were scrolled past. */
  want(first, last) {
    clearTimeout(this.settling);
    for (const [number, request] of this.requests) {
      if (number < first || number > last) request.abort();
    }
    const missing = [first, last].filter(
      (number, at, all) =>
        all.indexOf(number) === at && !this.pages.has(number) && !this.requests.has(number),
    );
    for (const number of [first, last]) {
      const rows = this.pages.get(number);
      if (rows) (this.pages.delete(number), this.pages.set(number, rows));
    }
    if (!missing.length) return;
    this.settling = setTimeout(() => missing.forEach((number) => this.load(number)), SETTLED);
  }

  /** Show which row the keyboard is on and which problem is open. */
  mark() {
    const open = here().get("problem");
    for (const [index, element] of this.rows) {
      element.classList.toggle("cursor", index === this.cursor);
      element.setAttribute("aria-selected", String(element.dataset.id === open));
      if (element.dataset.id) element.href = link({ problem: element.dataset.id, about: null });
    }
    const active = this.rows.has(this.cursor) ? `row-${this.cursor}` : "";
    this.viewport.setAttribute("aria-activedescendant", active);
  }

  /** Put the cursor on a row and bring it in sight. */
  move(index) {
    if (!this.total) return;
    this.cursor = Math.min(Math.max(index, 0), this.total - 1);
    this.reveal(this.cursor);
    this.draw();
  }

  reveal(index) {
    const { clientHeight, scrollHeight } = this.viewport;
    const { top } = this;
    const low = (index + 1) * this.height - clientHeight;
    const wanted = Math.max(Math.min(top, index * this.height), low);
    if (wanted === top) return;
    const real = this.total * this.height;
    const scale = real <= TALLEST ? 1 : (scrollHeight - clientHeight) / (real - clientHeight);
    this.viewport.scrollTop = wanted * scale;
  }
}

function rowElement(row) {
  if (!row) return make("div", { class: "row pending", role: "option", "aria-label": "loading" });
  const known = row.semantic_entropy !== null;
  const statement = make("span", { class: "snippet" });
  show(statement, row.cut ? `${row.text}…` : row.text, { inline: true, fixed: true });
  const meta = make(
    "span",
    { class: "meta" },
    known
      ? make("b", { title: "semantic entropy in nats" }, figure(row.semantic_entropy))
      : make("b", { title: row.reason }, row.state),
    make("span", {}, row.tier),
    make("span", {}, row.strategy ? `via ${row.strategy}` : "seed"),
    majority(row.majority),
    ...row.flags.map((flag) => make("span", { class: "flag" }, words(flag))),
  );
  return make(
    "a",
    {
      class: known ? "row" : `row ${row.state}`,
      role: "option",
      tabindex: "-1",
      "data-id": row.problem_id,
      style: known ? { "--u": 1 - row.w_se } : {},
    },
    statement,
    meta,
  );
}

const VERDICTS = {
  right: ["good", "✓ right"],
  wrong: ["bad", "✗ wrong"],
  tie: ["soft", "tie"],
  pending: ["soft", "comparing …"],
};

/** Whether the majority answer is the verified one, as a small label; nothing where unknown. */
export function majority(verdict) {
  const [look, text] = VERDICTS[verdict] ?? [];
  return look ? make("span", { class: `verdict ${look}` }, text) : null;
}

/** The question without its order and its open problem, for "123 of 456". */
export const narrowed = () => question(here()).replace(/(^|&)sort=[^&]*/, "") !== "";

/** "1,234 problems", or how many of all. */
export const totalText = (total, all) =>
  narrowed() ? `${count(total)} of ${count(all)}` : `${count(total)} problems`;
