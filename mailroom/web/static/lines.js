// Comfort only: lines of an invoice by keyboard. Without it the buttons send the form, which comes back changed.
"use strict";
(() => {
  const form = document.getElementById("lines");
  const blank = document.getElementById("new-line");
  if (!form || !blank) return;
  const list = form.querySelector(".line-rows");
  const most = 500;
  let made = 0;
  let changed = false;

  const rows = () => [...list.children];
  const cell = (row, column) => row.querySelector(`[data-column="${column}"]`) || row.querySelector("[data-column]");

  const add = (after) => {
    if (rows().length >= most) return;
    do made += 1; while (form.elements.namedItem(`line.n${made}.amount`));
    const row = blank.content.firstElementChild.cloneNode(true);
    const was = row.querySelector("[name=row]").value;
    for (const it of row.querySelectorAll("[name], [value]")) {
      if (it.name.startsWith(`line.${was}.`)) it.name = it.name.replace(`line.${was}.`, `line.n${made}.`);
      if (it.value === was) it.value = `n${made}`;
    }
    if (after) after.after(row); else list.append(row);
    changed = true;
    cell(row, "description").focus();
  };

  const remove = (row) => {
    const next = row.nextElementSibling || row.previousElementSibling;
    row.remove();
    changed = true;
    if (next) cell(next, "description").focus(); else add(null);
    work();
  };

  // The server works out the sums, so that there is one arithmetic; the form itself stays as it is.
  let waiting = 0;
  const work = () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const asked = new URLSearchParams(new FormData(form));
      asked.set("act", "check");
      try {
        const answer = await fetch(form.action, { method: "POST", body: asked });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const sums = page.getElementById("sums");
        if (answer.ok && sums) document.getElementById("sums").replaceChildren(...sums.childNodes);
        for (const it of form.querySelectorAll("[aria-invalid], .line-row .error")) {
          if (it.matches(".error")) it.remove(); else it.removeAttribute("aria-invalid");
        }
        const wrong = page.querySelector(".line-row [aria-invalid]");
        const here = wrong && form.elements.namedItem(wrong.name);
        if (here && here !== document.activeElement) {
          here.setAttribute("aria-invalid", "true");
          const said = page.querySelector(".line-row .error");
          if (said) here.closest(".line-row").append(document.importNode(said, true));
        }
      } catch { /* offline: the sums come with the next press */ }
    }, 250);
  };

  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("change", work);
  form.addEventListener("click", (e) => {
    const gone = e.target.closest(".remove");
    if (gone) { e.preventDefault(); remove(gone.closest(".line-row")); }
    if (e.target.closest("#add-line")) { e.preventDefault(); add(null); }
    if (e.target.closest("#check-lines")) { e.preventDefault(); work(); }
  });

  form.addEventListener("keydown", (e) => {
    const row = e.target.closest(".line-row");
    if (e.isComposing) return;
    if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) {
      e.preventDefault();
      form.requestSubmit(document.getElementById("save-lines"));
    } else if (row && e.target.matches("input") && e.key === "Enter") {
      e.preventDefault();
      add(row);
      work();
    } else if (row && e.key === "Delete" && e.altKey) {
      e.preventDefault();
      remove(row);
    } else if (row && e.target.matches("[data-column]") && !e.target.list && (e.key === "ArrowUp" || e.key === "ArrowDown")) {
      const other = e.key === "ArrowUp" ? row.previousElementSibling : row.nextElementSibling;
      if (!other) return;
      e.preventDefault();
      const there = cell(other, e.target.dataset.column);
      there.focus();
      there.select();
    }
  });

  // What was typed and not saved is not lost by a slip of the finger.
  form.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", (e) => { if (changed) e.preventDefault(); });

  if (!form.querySelector("[autofocus]")) {
    const first = rows()[0];
    if (first && window.matchMedia("(min-width: 64rem)").matches) cell(first, "description").focus();
  }
})();
