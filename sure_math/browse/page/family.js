// The family of a problem, from its root to the last descendant, as an indented tree.

import { button, count, figure, make, section, words } from "./elements.js";
import { majority } from "./list.js";
import { show } from "./mathematics.js";
import { link } from "./place.js";

/** The tree; far relatives stand behind a button. Nothing for a problem that is alone. */
export function familySection({ family }) {
  const { nodes, root_id: root, left_out: leftOut } = family;
  if (nodes.length < 2) return null;
  const near = nodes.filter((node) => node.relation !== "relative");
  const list = make("ol", { class: "family" }, near.map(nodeView));
  const far = nodes.length - near.length;
  const all = far
    ? button(
        `Show ${count(far)} further relative${far === 1 ? "" : "s"}`,
        () => {
          list.replaceChildren(...nodes.map(nodeView));
          all.remove();
        },
        { class: "plain" },
      )
    : null;
  return section(
    "Family",
    list,
    all,
    leftOut ? make("p", { class: "soft" }, `${count(leftOut)} more are not shown.`) : null,
    make("a", { class: "soft", href: link({ root, problem: null }) }, "List the whole family"),
  );
}

function nodeView(node) {
  const edge = make("span", { class: "edge" }, node.known ? (node.strategy ?? "seed") : "seed");
  const content = node.known
    ? known(node)
    : [
        make("span", { class: "soft" }, "text not in this data "),
        make("code", {}, node.problem_id),
      ];
  const attributes = {
    class: `node ${node.relation}`,
    "aria-current": node.relation === "self" ? "true" : null,
    style: node.w_se === null || node.w_se === undefined ? {} : { "--u": 1 - node.w_se },
  };
  const element =
    node.known && node.relation !== "self"
      ? make("a", { ...attributes, href: link({ problem: node.problem_id }) }, edge, content)
      : make("div", attributes, edge, content);
  return make(
    "li",
    { "aria-level": node.depth + 1, style: { "--depth": Math.min(node.depth, 8) } },
    element,
  );
}

function known(node) {
  const text = show(make("span", { class: "snippet" }), node.cut ? `${node.text}…` : node.text, {
    inline: true,
    fixed: true,
  });
  const annotated = node.semantic_entropy !== null;
  const standing = annotated
    ? make("b", { title: "semantic entropy in nats" }, figure(node.semantic_entropy))
    : make(
        "span",
        { class: node.state === "removed" ? "verdict bad" : "soft", title: node.reason },
        words(node.state),
      );
  return [standing, majority(node.majority), text];
}
