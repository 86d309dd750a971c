// One problem, from its statement to the last verdict on it.

import { button, copyButton, facts, figure, make, section, table, words } from "./elements.js";
import { familySection } from "./family.js";
import { majority } from "./list.js";
import { show, showAnswer, showsSource, toggleSource } from "./mathematics.js";
import { link } from "./place.js";
import { conflictsSection, judgingSection, responsesSection } from "./responses.js";

/** The article of a problem. `steps` are the elements that lead to its neighbours. */
export function problemView(data, summary, steps) {
  const { problem } = data;
  const statement = show(make("div", { class: "statement", dir: "auto" }), problem.problem);
  return make(
    "div",
    { class: "problem" },
    make("div", { class: "steps" }, steps),
    make("p", { class: "kicker" }, kicker(data)),
    make(
      "h2",
      { tabindex: "-1", id: "title" },
      make("span", { class: "unseen" }, "Problem "),
      make("code", {}, problem.problem_id),
    ),
    standing(data),
    statement,
    make(
      "div",
      { class: "tools" },
      sourceButton(),
      copyButton("Copy text", () => problem.problem),
      copyButton("Copy id", () => problem.problem_id),
      copyButton("Copy link", () => permalink(problem.problem_id)),
    ),
    make(
      "div",
      { class: "columns" },
      make(
        "div",
        {},
        answers(data),
        conflictsSection(data),
        responsesSection(data),
        judgingSection(data, summary),
        decontamination(data, summary),
        attempts(data),
      ),
      make("aside", {}, familySection(data), metadata(data), everything(data)),
    ),
  );
}

const permalink = (id) =>
  new URL(`/${link({ problem: id }, new URLSearchParams())}`, location).href;

function sourceButton() {
  const pressed = () => String(showsSource());
  const element = button(
    "LaTeX source",
    () => {
      toggleSource(document.getElementById("reader"));
      element.setAttribute("aria-pressed", pressed());
    },
    { id: "source", "aria-pressed": pressed() },
  );
  return element;
}

function kicker({ problem }) {
  const parts = [
    problem.tier && `tier ${problem.tier}`,
    problem.strategy ? `strategy ${problem.strategy}` : "seed",
    problem.round && `round ${problem.round}`,
    problem.split,
  ];
  return parts.filter(Boolean).join(" · ");
}

const STANDING = {
  waiting: "Not annotated yet: on its way to the teacher.",
  step: "A step on the way: others were made from it, it does not go to the teacher itself.",
};

function standing({ state, reason, rejects }) {
  if (state === "annotated") return null;
  if (state !== "removed") return make("p", { class: "notice" }, STANDING[state]);
  const details = rejects.map((each) =>
    make(
      "li",
      {},
      `${words(each.stage)}: ${words(each.reason)}`,
      each.detail ? ` (${each.detail})` : "",
    ),
  );
  return make(
    "div",
    { class: "notice alarm" },
    make("strong", {}, `Removed: ${reason}`),
    details.length ? make("ul", {}, details) : null,
  );
}

function answers(data) {
  const { problem, state } = data;
  if (state !== "annotated" && problem.answer == null) return null;
  const given = (answer, otherwise) =>
    answer == null
      ? make("span", { class: "soft" }, otherwise)
      : showAnswer(make("span", {}), answer);
  return make(
    "section",
    { class: "answers", "aria-label": "Answers and uncertainty" },
    make(
      "div",
      {},
      make("h3", {}, "Verified answer"),
      make("div", { class: "answer" }, given(problem.answer, "none known")),
      problem.answer_source ? make("small", {}, `from ${words(problem.answer_source)}`) : null,
    ),
    state === "annotated"
      ? make(
          "div",
          {},
          make("h3", {}, "Majority answer"),
          make(
            "div",
            { class: "answer" },
            given(problem.majority_answer, "no majority"),
            majority(data.majority),
          ),
          make(
            "small",
            {},
            `${figure(100 * problem.majority_share, 0)} % of the responses asked for`,
          ),
        )
      : null,
    state === "annotated" ? uncertainty(problem) : null,
  );
}

function uncertainty(problem) {
  const normalized = 1 - problem.w_se;
  const most = Math.log(problem.n_samples);
  return make(
    "div",
    { class: "uncertainty", style: { "--u": normalized } },
    make("h3", {}, "Semantic entropy"),
    make("div", { class: "answer" }, make("b", {}, figure(problem.semantic_entropy, 3)), " nats"),
    make("span", { class: "gauge", "aria-hidden": "true" }, make("i")),
    make(
      "small",
      {},
      `of at most log ${problem.n_samples} = ${figure(most)}; `,
      `weight w_se ${figure(problem.w_se, 3)}`,
    ),
  );
}

function decontamination({ verdicts, problem }, summary) {
  if (summary.missing.includes("verdicts")) return null;
  const checked = problem.decontamination ?? [];
  const against = checked.length
    ? make("p", { class: "soft" }, `Checked against ${checked.join(", ")}.`)
    : null;
  if (!verdicts.length) return section("Decontamination", against);
  const said = (value) => (value === null ? null : value ? "same" : "different");
  const rows = verdicts.map((each) => [
    make(
      "span",
      { class: `verdict ${each.decision === "blocked" ? "bad" : "good"}` },
      each.decision,
    ),
    each.evaluation_set,
    make("code", {}, each.item),
    `${words(each.rule)} ${figure(each.score)}`,
    [said(each.forward), said(each.reverse)].filter(Boolean).join(" / ") || null,
    each.problem_id === problem.problem_id
      ? "this"
      : make("a", { href: link({ problem: each.problem_id }) }, `ancestor, round ${each.round}`),
  ]);
  const titles = ["decision", "benchmark", "item", "rule, score", "judge", "problem"];
  return section("Decontamination", against, table("Decontamination verdicts", titles, rows));
}

function attempts({ attempts: all }) {
  return section(
    "Attempts of the evolver",
    all.map((each) => {
      const way = each.relation === "made" ? "to make this" : "from this";
      const statement =
        each.problem == null
          ? null
          : show(make("div", { class: "statement small" }), each.problem, { lazy: true });
      return make(
        "details",
        { class: "attempt" },
        make(
          "summary",
          {},
          make("b", {}, each.strategy),
          make("span", { class: "soft" }, ` ${way}, round ${each.round}, attempt ${each.attempt} `),
          make(
            "span",
            { class: each.reason ? "verdict bad" : "verdict good" },
            each.reason ? words(each.reason) : "accepted",
          ),
        ),
        each.detail ? make("p", { class: "soft" }, each.detail) : null,
        statement,
        make("pre", { tabindex: "0", "aria-label": "raw output" }, each.raw_output),
      );
    }),
  );
}

function metadata({ problem, votes, place }) {
  const listed = (values) => (values?.length ? values.map(words).join(", ") : null);
  const voted = Object.entries(votes)
    .map(([vote, number]) => `${number} × ${words(vote)}`)
    .join(", ");
  return section(
    "Details",
    facts([
      ["source", problem.source],
      ["source id", problem.source_id],
      ["revision", problem.source_revision],
      ["licence", problem.license],
      ["curated", problem.curated === undefined ? null : problem.curated ? "yes" : "no, evolved"],
      ["flags", listed(problem.flags)],
      ["votes on it", voted || null],
      [
        "responses",
        problem.n_samples == null
          ? null
          : `${problem.n_answered} answered, ${problem.n_truncated} cut off, of ${problem.n_samples}`,
      ],
      ["clusters", problem.n_clusters],
      [
        "discrete entropy",
        problem.discrete_entropy == null ? null : figure(problem.discrete_entropy, 3),
      ],
      [
        "intra-cluster entropy",
        problem.intra_cluster_entropy == null ? null : figure(problem.intra_cluster_entropy, 3),
      ],
      ["log-probabilities", problem.logprobs_mode && words(problem.logprobs_mode)],
      ["teacher", problem.teacher],
      ["judge", problem.judge],
      ["evolver", problem.evolver],
      ["stored in", place ? `${place.file}, row ${place.row}` : null],
    ]),
  );
}

function everything({ problem }) {
  const pairs = Object.entries(problem).map(([name, value]) => [
    name,
    make("code", {}, typeof value === "string" ? value : JSON.stringify(value)),
  ]);
  return make(
    "details",
    { class: "everything" },
    make("summary", {}, "Every column"),
    facts(pairs),
  );
}
