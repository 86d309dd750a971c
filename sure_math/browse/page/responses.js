// What the teacher answered: one bar per cluster of equal answers, opened to read the responses,
// and how the answers came to be called equal or different.

import { copyButton, counted, figure, make, section, table, words } from "./elements.js";
import { show, showAnswer } from "./mathematics.js";

export const conflictsSection = ({ conflicts }) =>
  conflicts.length
    ? make(
        "section",
        { class: "notice alarm", "aria-label": "Conflicts" },
        make("h3", {}, counted(conflicts.length, "conflict")),
        make(
          "p",
          {},
          "Verdicts that contradict each other: ",
          "answers of one cluster that something else calls different.",
        ),
        make(
          "ul",
          {},
          conflicts.map((each) =>
            make(
              "li",
              {},
              answer(each.a),
              " ≠ ",
              answer(each.b),
              ` (${words(each.tier)})`,
              each.chain ? make("div", { class: "soft" }, each.chain) : null,
            ),
          ),
        ),
      )
    : null;

/** A bar per cluster; the responses of one are made when it is opened. */
export function responsesSection(data) {
  const { clusters, responses } = data;
  if (!responses.length) return null;
  if (!clusters.length) {
    return section(
      "Responses",
      responses.map((each) => responseView(each)),
    );
  }
  const answered = clusters.filter((each) => each.cluster >= 0);
  const title = `Responses, ${counted(answered.length, "cluster")}`;
  return section(
    title,
    clusters.map((each, at) => clusterView(each, at, data)),
  );
}

function clusterView(cluster, at, data) {
  const members = data.responses.filter((each) => cluster.members.includes(each.sample_index));
  const contested = data.conflicts.some((each) => each.cluster === cluster.cluster);
  const element = make(
    "details",
    { class: `cluster ${look(cluster)}`, "data-cluster": at + 1 },
    make(
      "summary",
      {},
      make("kbd", { "aria-hidden": "true" }, at < 9 ? String(at + 1) : ""),
      make(
        "span",
        { class: "answer" },
        cluster.answer === null ? make("em", {}, "no answer") : answer(cluster.answer),
      ),
      make(
        "span",
        { class: "tags" },
        tag(cluster),
        contested ? make("span", { class: "verdict bad" }, "conflict") : null,
      ),
      make(
        "span",
        { class: "bar", "aria-hidden": "true", style: { "--at": cluster.prob ?? 0 } },
        make("i"),
      ),
      make("span", { class: "n" }, `p ${figure(cluster.prob, 3)}`),
      make("span", { class: "n" }, counted(cluster.count, "response")),
    ),
  );
  element.addEventListener("toggle", () => {
    if (element.open && element.childElementCount === 1) {
      element.append(
        ...inside(cluster, members, data),
        ...members.map((each) => responseView(each)),
      );
    }
  });
  return element;
}

const look = ({ cluster, right }) =>
  cluster < 0 ? "unanswered" : right === null ? "" : right ? "right" : "wrong";

function tag({ right }) {
  if (right === null) return null;
  return make(
    "span",
    { class: `verdict ${right ? "good" : "bad"}` },
    right ? "✓ right" : "✗ wrong",
  );
}

function inside(cluster, members, { links }) {
  const notes = [];
  if (cluster.cluster < 0) {
    notes.push(make("p", { class: "soft" }, "In the entropy each of these is a class of its own."));
  }
  const joined = links.filter((each) => each.equal && each.cluster === cluster.cluster);
  const spellings = new Set(members.map((each) => each.answer)).size;
  if (joined.length) {
    notes.push(
      make(
        "ul",
        { class: "joined", "aria-label": "Why these answers are one" },
        joined.map((each) =>
          make(
            "li",
            {},
            answer(each.a),
            " = ",
            answer(each.b),
            make("small", {}, ` ${words(each.tier)}`),
          ),
        ),
      ),
    );
  } else if (cluster.cluster >= 0 && spellings === 1 && members.length > 1) {
    notes.push(make("p", { class: "soft" }, "All of them wrote the answer in the same way."));
  }
  return notes;
}

function responseView(response) {
  const cut = response.finish_reason === "length";
  const boxed = response.text.includes("\\boxed");
  const body = make("div", { class: "text", dir: "auto" });
  show(body, response.text, { lazy: true, mark: boxed ? null : response.answer });
  return make(
    "article",
    { class: "response", "aria-label": `Response ${response.sample_index}` },
    make(
      "header",
      {},
      make("b", {}, `#${response.sample_index}`),
      response.probability === null
        ? null
        : make("span", {}, `p ${figure(response.probability, 3)}`),
      make("span", {}, counted(response.token_count, "token")),
      response.logprob === null
        ? make("span", {}, "no log-probability")
        : make(
            "span",
            { title: "summed log-probability in nats" },
            `log p ${figure(response.logprob)} (${figure(response.mean_logprob, 3)} a token)`,
          ),
      make("span", { class: cut ? "verdict bad" : null }, cut ? "cut off" : response.finish_reason),
      response.extract_status
        ? make("span", { title: "how the answer was found" }, words(response.extract_status))
        : null,
      copyButton("Copy", () => response.text),
    ),
    body,
  );
}

/** How answers were compared: what the judge said in both orders, and what is not known here. */
export function judgingSection({ judgements, links, responses }, summary) {
  if (!responses.length) return null;
  if (summary.missing.includes("judgements")) {
    const hint =
      "Which rule or verdict joined the answers is kept in the run that made this release.";
    return section("Verdicts of the judge", make("p", { class: "soft" }, hint));
  }
  const said = (value, asked) => {
    if (value === null) return make("span", { class: "soft" }, asked ? "unreadable" : "not asked");
    return value ? "same" : "different";
  };
  const rows = judgements.map((each) => [
    answer(each.a),
    answer(each.b),
    said(each.forward, true),
    said(each.reverse, each.forward === true),
    make(
      "span",
      { class: each.equal ? "verdict good" : "verdict soft" },
      each.equal ? "joined" : "kept apart",
    ),
  ]);
  const joined = links.filter((each) => each.equal).length;
  const decided = joined
    ? `${counted(joined, "pair")} of answers joined; open a cluster to see by what.`
    : "No two spellings were joined.";
  return section(
    "How the answers were compared",
    make("p", { class: "soft" }, decided, judgements.length ? "" : " The judge was not needed."),
    rows.length
      ? table(
          "Verdicts of the judge",
          ["answer", "other answer", "this order", "swapped", "so"],
          rows,
        )
      : null,
  );
}

const answer = (text) => showAnswer(make("span", { class: "value" }), text);
