// Comfort only: every page works without it. Keys for lists and documents; a field and its box light up together.
"use strict";
(() => {
  const typing = (e) => e.target.closest("input, select, textarea, [contenteditable]");
  const rows = () => [...document.querySelectorAll("[data-row]")];

  const move = (step) => {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(document.activeElement);
    const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step))];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  };

  const press = (key) => {
    const it = document.querySelector(`[data-key="${key}"]`);
    if (it) it.click();
  };

  const edit = () => {
    const first = document.querySelector(".field.missing input, .field.missing select") ||
      document.querySelector(".field input, .field select");
    if (first) first.focus();
  };

  const find = () => {
    const box = document.querySelector('[data-key="/"]') || document.getElementById("q");
    if (box) { box.focus(); box.select(); }
  };

  const help = () => {
    const box = document.getElementById("keys");
    if (box && box.showModal && !box.open) box.showModal();
  };

  const keys = { j: () => move(1), k: () => move(-1), a: () => press("a"), l: () => press("l"), n: () => press("n"), e: edit, "?": help, "/": find };

  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
    if (typing(e)) {
      if (e.key === "Escape") e.target.blur();
      return;
    }
    if (!keys[e.key] || document.querySelector("dialog[open]")) return;
    e.preventDefault();
    keys[e.key]();
  });

  // What a link opens on this page is for typing into.
  addEventListener("hashchange", () => {
    const first = document.querySelector(".on-demand:target input:not([type=hidden])");
    if (first) first.focus();
  });

  // Where the head is wider than the phone, the page that is open stands in sight.
  for (const it of document.querySelectorAll("nav [aria-current]")) {
    const bar = it.parentElement;
    bar.scrollLeft = it.offsetLeft - bar.offsetLeft - (bar.clientWidth - it.offsetWidth) / 2;
  }

  const light = (name, on) => {
    for (const it of document.querySelectorAll(`[data-field="${CSS.escape(name)}"]`)) it.classList.toggle("lit", on);
  };
  const show = (name) => {
    const pages = document.querySelector(".pages");
    const box = pages && pages.querySelector(`rect[data-field="${CSS.escape(name)}"]`);
    if (!box) return;
    const a = box.getBoundingClientRect(), b = pages.getBoundingClientRect();
    if (a.top < b.top || a.bottom > b.bottom) pages.scrollTop += a.top - b.top - b.height / 3;
  };
  for (const [begin, end] of [["pointerover", "pointerout"], ["focusin", "focusout"]]) {
    const of = (e) => e.target.closest && e.target.closest(".field[data-field], .line-row[data-field], rect[data-field]");
    document.addEventListener(begin, (e) => {
      const it = of(e);
      if (!it) return;
      light(it.dataset.field, true);
      if (begin === "focusin") show(it.dataset.field);
    });
    document.addEventListener(end, (e) => { const it = of(e); if (it) light(it.dataset.field, false); });
  }

  // The acceptance can only be pressed once: a second press would meet a document that has changed.
  document.addEventListener("submit", (e) => {
    if (e.defaultPrevented || e.target.method !== "post") return;
    setTimeout(() => { for (const b of document.querySelectorAll("button")) b.disabled = true; });
  });
  window.addEventListener("pageshow", () => { for (const b of document.querySelectorAll("button")) b.disabled = false; });
})();
