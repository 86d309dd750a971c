// Everything the mouse does, with keys. One table holds them, and the help shows the same table.

import { button, make } from "./elements.js";

const CLUSTERS = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];
const TYPING = "input:not([type=checkbox], [type=range]), select, textarea";

/** Listen to keys. `actions` has one function per name in SHORTCUTS. */
export function listenToKeys(actions, dialog) {
  fillHelp(dialog);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || dialog.open) return;
    const typing = event.target.matches(TYPING);
    if (typing && event.key !== "Escape") return;
    const shortcut = SHORTCUTS.find(
      ({ keys, only }) => keys.includes(event.key) && (!only || event.target.matches(only)),
    );
    if (!shortcut) return;
    event.preventDefault();
    actions[shortcut.name](event.key);
  });
}

// `only`: where this key has no meaning of its own
const IN_LIST = "#rows";
const NOWHERE = "#rows, body";
const SHORTCUTS = [
  { name: "search", keys: ["/"], help: "search" },
  { name: "down", keys: ["j"], help: "next row" },
  { name: "up", keys: ["k"], help: "row before" },
  { name: "down", keys: ["ArrowDown"], only: IN_LIST },
  { name: "up", keys: ["ArrowUp"], only: IN_LIST },
  { name: "pageDown", keys: ["PageDown"], only: IN_LIST },
  { name: "pageUp", keys: ["PageUp"], only: IN_LIST },
  { name: "open", keys: ["Enter"], only: NOWHERE, help: "open the row" },
  { name: "back", keys: ["Escape"], help: "back to the list" },
  { name: "next", keys: ["n"], help: "open the next problem" },
  { name: "previous", keys: ["p"], help: "open the problem before" },
  { name: "first", keys: ["g"], help: "first row" },
  { name: "last", keys: ["G"], help: "last row" },
  { name: "first", keys: ["Home"], only: IN_LIST },
  { name: "last", keys: ["End"], only: IN_LIST },
  { name: "cluster", keys: CLUSTERS, help: "open or close a cluster", shown: "1 – 9" },
  { name: "source", keys: ["t"], help: "LaTeX source or drawn" },
  { name: "filters", keys: ["f"], help: "filters" },
  { name: "help", keys: ["?"], help: "this help" },
];

function fillHelp(dialog) {
  const rows = SHORTCUTS.filter(({ help }) => help).map(({ keys, help, shown }) => [
    make("dt", {}, make("kbd", {}, shown ?? keys[0])),
    make("dd", {}, help),
  ]);
  dialog.replaceChildren(
    make("h2", { id: "help-title" }, "Keys"),
    make("dl", {}, rows.flat()),
    make(
      "p",
      { class: "soft" },
      "In the list the arrow keys, Page Up and Page Down, Home and End work too. ",
      "Every link and button is reached with Tab.",
    ),
    button("Close", () => dialog.close()),
  );
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}
