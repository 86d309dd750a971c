// The filters beside the list: what values there are and how often, and ranges over histograms.

import { button, count, figure, make, words } from "./elements.js";
import { FACETS, filters, go, here, RANGES, unfiltered } from "./place.js";

const TITLES = {
  state: "State",
  tier: "Tier",
  strategy: "Strategy",
  majority: "Majority answer",
  flag: "Flags",
  split: "Split",
  source: "Source",
};
const FEW = 8; // values of a facet that stand there at once

/** Build the panel from a summary. Returns a function that brings it in line with the address. */
export function buildFilters(panel, summary) {
  const facets = FACETS.map((name) => facet(name, summary.facets[name] ?? {})).filter(Boolean);
  const ranges = [];
  if (summary.semantic_entropy) {
    ranges.push(range("Semantic entropy, nats", RANGES[0], summary.semantic_entropy));
  }
  // with one N for all, w_se is the same scale backwards
  if (summary.w_se && summary.n_samples.length > 1) {
    ranges.push(range("Weight w_se", RANGES[1], summary.w_se));
  }
  panel.replaceChildren(
    ...ranges.map((each) => each.element),
    ...facets.map((each) => each.element),
  );
  return () => [...ranges, ...facets].forEach((each) => each.refresh());
}

function facet(name, values) {
  const entries = Object.entries(values);
  if (entries.length < 2 && name !== "flag") return null;
  if (!entries.length) return null;
  const most = Math.max(...entries.map(([, number]) => number));
  const boxes = entries.map(([value, number]) => choice(name, value, number, number / most));
  const rest = boxes.slice(FEW);
  const element = make(
    "fieldset",
    {},
    make("legend", {}, TITLES[name]),
    boxes.slice(0, FEW),
    rest.length ? make("details", {}, make("summary", {}, `${rest.length} more`), rest) : null,
  );
  const inputs = [...element.querySelectorAll("input")];
  element.addEventListener("change", () => {
    go({ [name]: inputs.filter((box) => box.checked).map((box) => box.value) });
  });
  const refresh = () => {
    const chosen = here().getAll(name);
    for (const box of inputs) box.checked = chosen.includes(box.value);
  };
  return { element, refresh };
}

function choice(name, value, number, share) {
  const box = make("input", { type: "checkbox", name, value });
  const bar = make("span", { class: "share", "aria-hidden": "true", style: { "--at": share } });
  return make(
    "label",
    { class: "choice" },
    box,
    make("span", {}, words(value)),
    bar,
    make("span", { class: "n" }, count(number)),
  );
}

function range(title, [lowName, highName], { min, max, bins }) {
  const most = Math.max(...bins.map((bin) => bin.count));
  const bars = bins.map((bin) =>
    make("i", {
      title: `${figure(bin.low)} to ${figure(bin.high)}: ${count(bin.count)}`,
      style: { "--at": Math.sqrt(bin.count / most) },
    }),
  );
  const step = (max - min) / 100 || 1;
  const slider = (label) =>
    make("input", {
      type: "range",
      min: 0,
      max: 100,
      step: 1,
      "aria-label": `${title}: ${label}`,
    });
  const [low, high] = [slider("lowest"), slider("highest")];
  const output = make("output", {});
  const element = make(
    "fieldset",
    { class: "range" },
    make("legend", {}, title),
    make("div", { class: "histogram", "aria-hidden": "true" }, bars),
    make("div", { class: "sliders" }, low, high),
    output,
  );
  const value = (box) => min + Number(box.value) * step;
  const say = () => {
    output.value = `${figure(value(low))} to ${figure(value(high))}`;
    for (const box of [low, high]) box.setAttribute("aria-valuetext", figure(value(box)));
    bars.forEach((bar, at) => {
      const inside = bins[at].high >= value(low) && bins[at].low <= value(high);
      bar.classList.toggle("outside", !inside);
    });
  };
  element.addEventListener("input", (event) => {
    const other = event.target === low ? high : low;
    const crossed = Number(low.value) > Number(high.value);
    if (crossed) event.target.value = other.value;
    say();
  });
  element.addEventListener("change", () =>
    go({
      [lowName]: low.value === "0" ? null : value(low).toFixed(4),
      [highName]: high.value === "100" ? null : value(high).toFixed(4),
    }),
  );
  const refresh = () => {
    const at = (name, otherwise) =>
      here().get(name) ? Math.round((Number(here().get(name)) - min) / step) : otherwise;
    low.value = at(lowName, 0);
    high.value = at(highName, 100);
    say();
  };
  return { element, refresh };
}

/** What is filtered by, as buttons that take it away again. */
export function chips() {
  const all = filters();
  const made = all.map(([name, value]) => {
    const ranged = Array.isArray(value);
    const shown = ranged ? value.map((each) => here().get(each) ?? "…").join(" to ") : words(value);
    const change = ranged
      ? { [value[0]]: null, [value[1]]: null }
      : {
          [name]: here()
            .getAll(name)
            .filter((each) => each !== value),
        };
    const label = `${words(name)}: ${shown}`;
    return button(label, () => go(change), { class: "chip", "aria-label": `Remove ${label}` });
  });
  if (all.length > 1) made.push(button("Clear all", () => go(unfiltered()), { class: "plain" }));
  return made;
}
