// Where the reader is, in the fragment of the address: filters, order and the open problem. Names
// and values are those of the server's own parameters, so that an address says what it asks for.

export const FACETS = ["state", "tier", "strategy", "majority", "flag", "split", "source"];
export const RANGES = [
  ["entropy_min", "entropy_max"],
  ["weight_min", "weight_max"],
];
const SINGLE = ["text", ...RANGES.flat(), "root", "sort"];

/** The parameters now. */
export const here = () => new URLSearchParams(location.hash.slice(1));

/** What the server is asked for, in an order of its own: equal questions are equal strings. */
export function question(parameters = here()) {
  const asked = new URLSearchParams();
  for (const name of FACETS)
    for (const value of parameters.getAll(name).sort()) asked.append(name, value);
  for (const name of SINGLE) if (parameters.get(name)) asked.set(name, parameters.get(name));
  return asked.toString();
}

/** The address of a changed place. Null and empty values are taken out, lists stand for several. */
export function link(changes, from = here()) {
  const next = new URLSearchParams(from);
  for (const [name, value] of Object.entries(changes)) {
    next.delete(name);
    for (const each of [value].flat()) if (each !== null && each !== "") next.append(name, each);
  }
  return `#${next}`;
}

/** Go to a changed place; `replace` leaves no step to go back to (typing). */
export function go(changes, { replace = false } = {}) {
  const address = link(changes);
  if (address === location.hash || (address === "#" && !location.hash)) return;
  if (!replace) {
    location.hash = address;
    return;
  }
  history.replaceState(null, "", address);
  dispatchEvent(new HashChangeEvent("hashchange"));
}

/** The same place without any filter; the open problem stays. */
export const unfiltered = () => {
  const cleared = Object.fromEntries([...FACETS, ...SINGLE].map((name) => [name, null]));
  return { ...cleared, sort: here().get("sort") };
};

/** Filters in force: [name, value] pairs, ranges as one. */
export function filters(parameters = here()) {
  const named = ["text", ...FACETS, "root"].flatMap((name) =>
    parameters
      .getAll(name)
      .filter(Boolean)
      .map((value) => [name, value]),
  );
  const ranged = RANGES.filter(([low, high]) => parameters.get(low) || parameters.get(high));
  return [...named, ...ranged.map((range) => [range[0].split("_")[0], range])];
}
