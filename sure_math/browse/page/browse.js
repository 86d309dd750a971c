// The page of `sure-math browse`: brings list, filters and the open problem in line with the
// address, and the address in line with what the reader does.

import { announce, button, count, counted, make } from "./elements.js";
import { buildFilters, chips } from "./filters.js";
import { listenToKeys } from "./keyboard.js";
import { ProblemList, totalText } from "./list.js";
import { hasKatex } from "./mathematics.js";
import { overview } from "./overview.js";
import { filters, go, here, link, question, unfiltered } from "./place.js";
import { problemView } from "./problem.js";
import { ask } from "./server.js";

const by = (id) => document.getElementById(id);
const [viewport, reader, search, sort] = ["rows", "reader", "search", "sort"].map(by);
const TYPING = 180; // milliseconds without a key before a search starts

let summary = null;
let refreshFilters = () => {};
let open; // id of the problem in the reader, null for the overview, undefined before the first
let reading = null; // AbortController of the problem on its way

const list = new ProblemList(viewport, { onTotal: showTotal, onError: report });

async function start() {
  try {
    summary = await ask("/api/summary");
  } catch (error) {
    return report(error);
  }
  by("name").textContent = summary.name;
  const known = `${count(summary.annotated)} annotated`;
  by("facts").textContent = [summary.kind, counted(summary.problems, "problem"), known].join(" · ");
  document.title = `${summary.name} · SURE-Math`;
  refreshFilters = buildFilters(by("filters"), summary);
  fillSort();
  notices();
  if (summary.facets.majority.pending) setTimeout(recount, 1000);
  return arrive();
}

// Majority answers are compared with the verified ones behind the reader's back.
async function recount() {
  try {
    summary = await ask("/api/summary");
  } catch {
    return; // whatever the reader does next says so
  }
  refreshFilters = buildFilters(by("filters"), summary);
  refreshFilters();
  if (open === null) showOverview();
  if (summary.facets.majority.pending) setTimeout(recount, 1000);
  else list.refresh();
}

/** Show what the address says. */
async function arrive() {
  if (!summary) return;
  const place = here();
  refreshFilters();
  by("chips").replaceChildren(...chips());
  if (document.activeElement !== search) search.value = place.get("text") ?? "";
  sort.value = place.get("sort") ?? "position";
  document.body.classList.toggle("reading", place.has("problem") || place.has("about"));
  labelFilters();
  await Promise.all([list.select(question()), read(place.get("problem"))]);
}

function labelFilters() {
  const shown = document.body.classList.contains("filtering");
  const active = filters().length;
  const closing = list.total === null ? "Close" : `Show ${counted(list.total, "problem")}`;
  by("filters-button").textContent = shown ? closing : active ? `Filters · ${active}` : "Filters";
  by("filters-button").setAttribute("aria-expanded", String(shown));
}

function showTotal(total) {
  labelFilters();
  by("total").value = totalText(total, summary.problems);
  const nothing = by("nothing");
  nothing.hidden = total > 0;
  viewport.hidden = total === 0;
  nothing.replaceChildren(
    ...(summary.problems
      ? [
          "No problem matches. ",
          button("Clear the filters", () => go(unfiltered()), { class: "plain" }),
        ]
      : ["There are no problems in this data yet."]),
  );
  showSteps();
}

async function read(id) {
  if (id === open) return showSteps();
  reading?.abort();
  open = id;
  if (id === null) return showOverview();
  reading = new AbortController();
  reader.setAttribute("aria-busy", "true");
  try {
    const data = await ask(`/api/problem/${encodeURIComponent(id)}`, reading.signal);
    reader.replaceChildren(problemView(data, summary, steps()));
    reader.scrollTop = 0;
    by("title").focus({ preventScroll: true });
    document.title = `${id} · ${summary.name} · SURE-Math`;
  } catch (error) {
    if (error.name === "AbortError") return undefined;
    open = undefined;
    if (error.status !== 404) return report(error);
    reader.replaceChildren(
      make("div", { class: "overview" }, make("p", { class: "notice" }, error.message)),
    );
  } finally {
    if (open === id || open === undefined) reader.removeAttribute("aria-busy");
  }
  return showSteps();
}

function showOverview() {
  reader.removeAttribute("aria-busy");
  reader.replaceChildren(overview(summary));
  reader.scrollTop = 0;
  document.title = `${summary.name} · SURE-Math`;
}

function steps() {
  return [
    make("a", { class: "back", href: link({ problem: null, about: null }) }, "← List"),
    make("span", { id: "position", class: "soft" }),
    button("Previous", () => step(-1), { id: "previous", "aria-keyshortcuts": "p" }),
    button("Next", () => step(1), { id: "next", "aria-keyshortcuts": "n" }),
  ];
}

function showSteps() {
  const position = by("position");
  if (!position || !list.total) return;
  const at = list.indexOf(open);
  if (at >= 0) list.cursor = at;
  position.textContent = at < 0 ? "" : `${count(at + 1)} of ${count(list.total)}`;
  by("back")?.setAttribute("href", link({ problem: null, about: null }));
  by("previous").disabled = at === 0;
  by("next").disabled = at === list.total - 1;
  list.mark();
}

async function step(distance) {
  const index = list.cursor + (open ? distance : 0);
  const row = await list.row(index);
  if (!row) return;
  list.move(index);
  go({ problem: row.problem_id, about: null });
}

async function openCursor() {
  const row = await list.row(list.cursor);
  if (row) go({ problem: row.problem_id, about: null });
}

function back() {
  go({ problem: null, about: null });
  document.body.classList.remove("reading", "filtering");
  labelFilters();
  viewport.focus();
}

/** Say what went wrong, with a way to try again. */
function report(error) {
  const retry = button("Try again", () => {
    by("failure").remove();
    open = undefined;
    if (!summary) start();
    else (list.select(question(), { fresh: true }), read(here().get("problem")));
  });
  const hint = error.hint ?? (error.status ? null : "Is `sure-math browse` still running?");
  by("failure")?.remove();
  by("notices").prepend(
    make(
      "p",
      { id: "failure", class: "notice alarm" },
      make("strong", {}, error.message),
      " ",
      hint,
      " ",
      retry,
    ),
  );
}

function notices() {
  const found = summary.complaints.map((complaint) =>
    make("p", { class: "notice alarm" }, complaint),
  );
  if (!hasKatex()) {
    const why = "Mathematics is shown as LaTeX source: KaTeX is not in this installation.";
    const way = " Install sure-math again where npm can download, to have it.";
    found.push(make("p", { class: "notice" }, why, way));
  }
  by("notices").replaceChildren(...found);
}

const ORDERS = {
  position: "order of the data",
  "-semantic_entropy": "highest entropy",
  semantic_entropy: "lowest entropy",
  "-intra_cluster_entropy": "entropy within clusters",
  "-n_clusters": "most clusters",
  majority_share: "smallest majority",
  "-length": "longest",
  length: "shortest",
  tier: "tier, easiest",
  "-tier": "tier, hardest",
  "-round": "most rounds",
  strategy: "strategy",
  problem_id: "id",
};

function fillSort() {
  const offered = Object.entries(ORDERS).filter(([key]) =>
    summary.sorts.includes(key.replace("-", "")),
  );
  sort.replaceChildren(...offered.map(([value, name]) => make("option", { value }, name)));
}

function toggleFilters() {
  const shown = document.body.classList.toggle("filtering");
  labelFilters();
  if (shown) by("filters").querySelector("input")?.focus();
}

function toggleCluster(key) {
  const cluster = reader.querySelector(`[data-cluster="${key}"]`);
  if (!cluster) return;
  cluster.open = !cluster.open;
  cluster.querySelector("summary").focus();
}

const toSearch = () => {
  if (!search.checkVisibility()) back();
  search.focus();
  search.select();
};

const rowsInSight = () => Math.max(1, Math.floor(viewport.clientHeight / list.height) - 1);

const move = (distance) => {
  if (!viewport.checkVisibility()) return;
  viewport.focus();
  list.move(list.cursor + distance);
};

const jump = (index) => {
  if (!viewport.checkVisibility()) return;
  viewport.focus();
  list.move(index);
};

listenToKeys(
  {
    search: toSearch,
    down: () => move(1),
    up: () => move(-1),
    pageDown: () => move(rowsInSight()),
    pageUp: () => move(-rowsInSight()),
    open: openCursor,
    back,
    next: () => step(1),
    previous: () => step(-1),
    first: () => jump(0),
    last: () => jump(Infinity),
    cluster: toggleCluster,
    source: () => by("source")?.click(),
    filters: toggleFilters,
    help: () => by("help").showModal(),
  },
  by("help"),
);

let typing;
search.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => go({ text: search.value.trim() }, { replace: true }), TYPING);
});
search.addEventListener("keydown", (event) => {
  if (event.key === "Enter" || event.key === "ArrowDown")
    (viewport.focus(), event.preventDefault());
});
sort.addEventListener("change", () => go({ sort: sort.value === "position" ? null : sort.value }));
by("filters-button").addEventListener("click", toggleFilters);
by("help-button").addEventListener("click", () => by("help").showModal());
for (const each of document.querySelectorAll(".skip")) {
  each.addEventListener("click", () => by(each.dataset.skip).focus());
}
addEventListener("hashchange", () => arrive().then(() => announce(by("total").value)));
start();
