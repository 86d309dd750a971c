"use strict";
const form = document.getElementById("filter");
const groups = [...document.querySelectorAll("details.group")];

function apply() {
  const strategy = form.elements.strategy.value;
  const reason = form.elements.reason.value;
  const text = form.elements.text.value.trim().toLowerCase();
  let shown = 0;
  for (const group of groups) {
    const wanted =
      (!strategy || group.dataset.strategy === strategy) &&
      (!reason || group.dataset.reason === reason);
    let cards = 0;
    for (const card of group.querySelectorAll(".example")) {
      card.hidden = !(wanted && (!text || card.textContent.toLowerCase().includes(text)));
      cards += card.hidden ? 0 : 1;
    }
    group.hidden = cards === 0;
    shown += cards;
  }
  const visible = groups.filter((group) => !group.hidden);
  if (text || visible.length <= 3) visible.forEach((group) => { group.open = true; });
  form.elements.shown.value = shown === 1 ? "1 example" : `${shown} examples`;
}

function reveal() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const group = target && target.closest("details.group");
  if (!group) return;
  form.reset();
  apply();
  group.open = true;
  group.scrollIntoView();
}

form.hidden = false;
form.addEventListener("input", apply);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(apply));
addEventListener("hashchange", reveal);
apply();
reveal();
