// Text with mathematics in it. `pieces` finds the formulas, `show` has KaTeX draw them. Everything
// else goes in as text nodes: what a model wrote is never markup.

const ENVIRONMENTS = [
  "(?:align|alignat|gather|equation)\\*?",
  "aligned|alignedat|gathered|split|array|subarray|cases|rcases|CD|smallmatrix",
  "[bBpvV]?matrix\\*?",
];
const BEGIN = new RegExp(`\\\\begin\\{(${ENVIRONMENTS.join("|")})\\}`, "y");
const PAIRS = [
  ["$$", "$$", true],
  ["\\[", "\\]", true],
  ["\\(", "\\)", false],
];
const LONGEST = 4000; // characters of a formula that is still drawn
const OPTIONS = {
  throwOnError: false,
  trust: false,
  strict: "ignore",
  maxSize: 20,
  maxExpand: 1000,
  errorColor: "var(--bad)",
};

export const hasKatex = () => typeof globalThis.katex === "object";

/** Text as a list of {text} and {source, tex, display}; the escaped \$ becomes a plain $. */
export function pieces(text) {
  const found = [];
  const absent = new Set(); // closing marks that do not come any more: no second search
  let plain = "";
  let at = 0;
  while (at < text.length) {
    const next = text.slice(at).search(/[\\$]/);
    if (next < 0) break;
    plain += text.slice(at, at + next);
    at += next;
    const formula = formulaAt(text, at, absent);
    if (formula) {
      if (plain) found.push({ text: plain });
      plain = "";
      found.push(formula);
      at += formula.source.length;
    } else {
      const escaped = text[at] === "\\" && "\\$".includes(text[at + 1] ?? " ");
      plain += text.startsWith("\\$", at) ? "$" : text.slice(at, at + (escaped ? 2 : 1));
      at += escaped ? 2 : 1;
    }
  }
  plain += text.slice(at);
  if (plain) found.push({ text: plain });
  return found;
}

function formulaAt(text, at, absent) {
  for (const [open, close, display] of PAIRS) {
    if (!text.startsWith(open, at)) continue;
    const end = closing(text, close, at + open.length, absent);
    return end < 0 ? null : formula(text, at, end + close.length, open.length, display);
  }
  if (text[at] === "$") {
    const end = dollar(text, at);
    return end < 0 ? null : formula(text, at, end + 1, 1, false);
  }
  if (text.startsWith("\\boxed{", at)) {
    const end = brace(text, at + 6);
    return end < 0 ? null : formula(text, at, end + 1, 0, false);
  }
  BEGIN.lastIndex = at;
  const begin = BEGIN.exec(text);
  if (!begin) return null;
  const mark = `\\end{${begin[1]}}`;
  const end = closing(text, mark, at + begin[0].length, absent);
  return end < 0 ? null : formula(text, at, end + mark.length, 0, true);
}

function formula(text, from, to, mark, display) {
  const source = text.slice(from, to);
  const tex = source.slice(mark, source.length - mark);
  return tex.trim() ? { source, tex, display } : null;
}

function closing(text, mark, from, absent) {
  if (absent.has(mark)) return -1;
  for (let at = text.indexOf(mark, from); at >= 0; at = text.indexOf(mark, at + 1)) {
    if (!isEscaped(text, at)) return at;
  }
  absent.add(mark);
  return -1;
}

function isEscaped(text, at) {
  let backslashes = 0;
  while (text[at - backslashes - 1] === "\\") backslashes += 1;
  return backslashes % 2 === 1;
}

/** Where a `$` formula ends: outside braces, in the same paragraph; -1 where it is money. */
function dollar(text, open) {
  let depth = 0;
  let inside = -1; // the first $ within braces, for formulas whose braces do not balance
  const last = Math.min(text.length, open + LONGEST);
  for (let at = open + 1; at < last; at += 1) {
    const sign = text[at];
    if (sign === "\\") at += 1;
    else if (sign === "{") depth += 1;
    else if (sign === "}") depth -= 1;
    else if (sign === "\n" && /^\n[ \t]*\n/.test(text.slice(at, at + 80))) break;
    else if (sign === "$" && depth > 0 && inside < 0) inside = at;
    else if (sign === "$" && depth <= 0) return isMoney(text, open, at) ? -1 : at;
  }
  return inside < 0 || isMoney(text, open, inside) ? -1 : inside;
}

/** "costs $5 and $7": a number and words up to what opens the next one, or a second amount. */
function isMoney(text, open, close) {
  const content = text.slice(open + 1, close);
  const next = text[close + 1] ?? "";
  if (!/^\d/.test(content)) return false;
  if (/\d/.test(next)) return true;
  const prose = content.replace(/\\(text|mathrm|operatorname)\w*\{[^}]*\}|\\[a-zA-Z]+/g, " ");
  const words = prose.match(/[A-Za-z]{2,}/g) ?? [];
  return words.length > 0 && (/\s$/.test(content) || /[A-Za-z]/.test(next) || words.length > 1);
}

/** Position of the brace that closes the one at `open`; -1 without one. */
function brace(text, open) {
  let depth = 0;
  const last = Math.min(text.length, open + LONGEST);
  for (let at = open; at < last; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === "{") depth += 1;
    else if (text[at] === "}") depth -= 1;
    if (depth === 0) return at;
  }
  return -1;
}

const shown = new WeakMap();
let sourceMode = false; // whether the reader wants to see LaTeX

/** Fill an element with text and its formulas.
 *
 * options.inline: no formula on a line of its own; options.lazy: a formula is drawn when it comes
 * near the window; options.mark: this part of the plain text is highlighted; options.fixed: drawn
 * also while the reader looks at sources; options.source: what the source is, if not the text. */
export function show(element, text, options = {}) {
  const raw = sourceMode && !options.fixed;
  shown.set(element, { text, options });
  element.classList.add("mathematical");
  element.classList.toggle("raw", raw);
  element.replaceChildren();
  const list = raw ? [{ text: options.source ?? text }] : joined(pieces(text), options);
  const marked = options.mark ? list.findLast((piece) => piece.text?.includes(options.mark)) : null;
  for (const piece of list) {
    if (piece.text === undefined) element.append(drawn(piece, options));
    else if (piece === marked) element.append(...highlighted(piece.text, options.mark));
    else element.append(piece.text);
  }
  return element;
}

// A line break beside a formula on a line of its own is none of its own, and punctuation stays with
// the formula before it.
function joined(list, { inline }) {
  const result = list.map((piece) => ({ ...piece }));
  result.forEach((piece, at) => {
    if (piece.text === undefined) return;
    const [before, after] = [result[at - 1], result[at + 1]];
    if (before?.display && !inline) piece.text = piece.text.replace(/^[ \t]*\n/, "");
    else if (before) {
      [before.tail] = /^[.,;:!?)\]]*/.exec(piece.text);
      piece.text = piece.text.slice(before.tail.length);
    }
    if (after?.display && !inline) piece.text = piece.text.replace(/\n[ \t]*$/, "");
  });
  return result;
}

/** Turn from drawn mathematics to its source or back, here and in what comes. Returns which. */
export function toggleSource(root) {
  sourceMode = !sourceMode;
  for (const element of root.querySelectorAll(".mathematical")) {
    const { text, options } = shown.get(element);
    show(element, text, options);
  }
  return sourceMode;
}

export const showsSource = () => sourceMode;

/** An answer: a formula as a whole, unless it is words or has delimiters of its own. */
export function showAnswer(element, answer, options = {}) {
  const words = answer.replace(/\\[a-zA-Z]+\*?(\{[^{}]*\})?/g, " ").match(/[A-Za-z]{3,}/g);
  const delimited = /(^|[^\\])\$|\\[([]/.test(answer);
  const source =
    delimited || words || answer.length > LONGEST ? answer : `\\(\\displaystyle ${answer}\\)`;
  show(element, source, { inline: true, source: answer, ...options });
  if (element.querySelector(".failed")) element.replaceChildren(answer);
  return element;
}

function highlighted(text, mark) {
  const at = text.lastIndexOf(mark);
  const element = document.createElement("mark");
  element.append(mark);
  return [text.slice(0, at), element, text.slice(at + mark.length)];
}

const nearby = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      nearby.unobserve(target);
      draw(target, waiting.get(target));
    }
  },
  { rootMargin: "800px", scrollMargin: "800px" },
);
const waiting = new WeakMap();

function drawn(piece, options) {
  const element = document.createElement("span");
  const wanted = { ...piece, display: piece.display && !options.inline };
  element.className = wanted.display ? "formula display" : "formula";
  if (!options.lazy) return draw(element, wanted);
  element.textContent = piece.source + (piece.tail ?? "");
  waiting.set(element, wanted);
  nearby.observe(element);
  return element;
}

function draw(element, piece) {
  element.replaceChildren();
  fill(element, piece);
  const end = element.querySelector(".katex-html > .katex-base:last-child") ?? element;
  if (piece.tail) end.append(piece.tail);
  return element;
}

function fill(element, piece) {
  if (!hasKatex()) return asSource(element, piece, null);
  if (piece.tex.length > LONGEST) {
    return asSource(element, piece, `${piece.tex.length} characters are too long to draw`);
  }
  try {
    globalThis.katex.render(piece.tex, element, { ...OPTIONS, displayMode: piece.display });
  } catch (error) {
    return asSource(element, piece, String(error.message));
  }
  const failed = element.querySelector(":scope > .katex-error");
  return failed ? asSource(element, piece, failed.title) : undefined;
}

function asSource(element, piece, why) {
  const code = document.createElement("code");
  code.textContent = piece.source;
  if (why !== null) {
    code.className = "failed";
    code.title = `Not drawn: ${why.replace(/^ParseError: /, "")}`;
  }
  element.replaceChildren(code);
}
