"use strict";
(() => {
  const form = document.getElementById("searching"), field = document.getElementById("search");
  const found = document.getElementById("found"), root = document.documentElement;
  const places = [...document.querySelectorAll("[data-find]")].map((node) => [node, node.textContent.toLowerCase()]);
  const packages = [...document.querySelectorAll("article")];
  let hits = [], at = -1;
  const say = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;
  function search() {
    const wanted = field.value.trim().toLowerCase();
    const named = new Set(packages.filter((node) => wanted && node.dataset.package.includes(wanted)));
    hits = [];
    at = -1;
    for (const [node, text] of places) {
      const hit = wanted !== "" && text.includes(wanted);
      node.classList.toggle("hit", hit);
      if (hit) hits.push(node);
    }
    const within = new Set(hits.map((node) => node.closest("article")));
    for (const node of packages) node.classList.toggle("miss", wanted !== "" && !named.has(node) && !within.has(node));
    root.classList.toggle("searching", wanted !== "");
    const shown = packages.filter((node) => !node.classList.contains("miss")).length;
    found.textContent = wanted === "" ? "" : `${say(hits.length, "place")} in ${say(shown, "package")}`;
  }
  function next(step) {
    if (!hits.length) return;
    at = (at + step + hits.length) % hits.length;
    for (let node = hits[at].parentElement; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    hits[at].scrollIntoView({ block: "center" });
    found.textContent = `${at + 1} of ${say(hits.length, "place")}`;
  }
  form.hidden = false;
  field.addEventListener("input", search);
  form.addEventListener("submit", (event) => event.preventDefault());
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") { event.preventDefault(); next(event.shiftKey ? -1 : 1); }
    if (event.key === "Escape") { field.value = ""; search(); }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target === field) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
})();
