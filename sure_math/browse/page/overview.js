// What stands beside the list while no problem is open: what this data is, and where to look.

import { count, counted, facts, figure, make, section, table } from "./elements.js";
import { link } from "./place.js";

/** The page about a run or a release. */
export function overview(summary) {
  return make(
    "div",
    { class: "overview" },
    make("p", { class: "kicker" }, summary.kind === "run" ? "run" : "release"),
    make(
      "h2",
      { tabindex: "-1", id: "title" },
      summary.name,
      summary.version ? ` ${summary.version}` : "",
    ),
    make("p", { class: "soft" }, summary.place),
    tiles(summary),
    places(summary),
    histogram(summary.semantic_entropy),
    stages(summary),
    section(
      "Models",
      facts([
        ["teacher", summary.models.teacher.join(", ")],
        ["judge", summary.models.judge.join(", ")],
        ["evolver", summary.models.evolver.join(", ")],
        ["responses per problem", summary.n_samples.join(", ")],
      ]),
    ),
  );
}

function tiles({ problems, annotated, labelled, responses }) {
  const tile = (number, name) =>
    make("div", {}, make("b", {}, number === null ? "…" : count(number)), make("span", {}, name));
  return make(
    "div",
    { class: "tiles" },
    tile(problems, "problems"),
    tile(annotated, "annotated"),
    tile(labelled, "with a verified answer"),
    tile(responses, "responses"),
  );
}

function places({ annotated, facets }) {
  if (!annotated) return null;
  const blank = new URLSearchParams();
  const place = (changes, name, hint, number = 1) =>
    number
      ? make(
          "li",
          {},
          make("a", { href: link(changes, blank) }, name),
          " ",
          make("span", { class: "soft" }, hint),
        )
      : null;
  const { wrong = 0, right = 0 } = facets.majority;
  const { removed = 0 } = facets.state;
  return section(
    "Where to look",
    make(
      "ul",
      { class: "places" },
      place(
        { majority: "wrong", sort: "semantic_entropy" },
        "Confidently wrong",
        "verified answer known, majority wrong, lowest entropy first",
        wrong,
      ),
      place(
        { majority: "right", sort: "-semantic_entropy" },
        "Right, but unsure",
        "highest entropy first",
        right,
      ),
      place(
        { state: "annotated", sort: "-semantic_entropy" },
        "Most uncertain",
        "highest entropy first",
      ),
      place(
        { state: "annotated", sort: "-intra_cluster_entropy" },
        "Most spellings of one answer",
        "highest entropy within clusters first",
      ),
      place(
        { state: "removed" },
        "Removed",
        "by validation or decontamination",
        removed,
      ),
    ),
  );
}

function histogram(entropy) {
  if (!entropy) return null;
  const most = Math.max(...entropy.bins.map((bin) => bin.count));
  const last = entropy.bins.at(-1);
  const bars = entropy.bins.map((bin) => {
    const range = `${figure(bin.low)} to ${figure(bin.high)} nats`;
    const bounds = {
      entropy_min: bin.low.toFixed(4),
      entropy_max: bin === last ? null : bin.high.toFixed(4),
    };
    return make(
      "a",
      {
        href: link({ ...bounds, problem: null }),
        "aria-label": `${counted(bin.count, "problem")}, ${range}`,
        title: `${range}: ${count(bin.count)}`,
        style: { "--at": bin.count / most, "--u": bin.high / (last.high || 1) },
      },
      make("i"),
    );
  });
  return section(
    "Semantic entropy",
    make("div", { class: "histogram tall" }, bars),
    make(
      "div",
      { class: "axis", "aria-hidden": "true" },
      make("span", {}, figure(entropy.min)),
      make("span", {}, `${figure(entropy.max)} nats`),
    ),
  );
}

function stages({ stages: all }) {
  const rows = all.map((each) => [
    each.name,
    each.shards === null
      ? "not begun"
      : each.done === each.shards
        ? "done"
        : `${each.done} of ${each.shards} shards`,
    count(each.rows ?? 0),
    count(each.rejected ?? 0),
  ]);
  return rows.length
    ? section("Stages", table("Stages of the run", ["stage", "progress", "rows", "rejected"], rows))
    : null;
}
