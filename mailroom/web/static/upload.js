// Comfort only: files one by one with their progress. Without it the form sends all of them at once.
"use strict";
(() => {
  const form = document.getElementById("upload");
  const list = document.getElementById("sending");
  if (!form || !list) return;
  const input = form.querySelector("input[type=file]");
  const button = form.querySelector("button");
  const say = form.dataset;
  const most = Number(say.most);
  const files = [];
  const taken = [];

  const show = (item, words, bad) => {
    item.said.textContent = words;
    item.line.classList.toggle("bad", Boolean(bad));
    if (bad) item.bar.remove();
  };

  const add = (chosen) => {
    for (const file of chosen) {
      const line = document.createElement("li");
      const name = document.createElement("span");
      const said = document.createElement("small");
      const bar = document.createElement("progress");
      line.className = "part";
      name.className = "file";
      name.textContent = file.name;
      bar.max = 1;
      bar.value = 0;
      bar.setAttribute("aria-label", file.name);
      line.append(name, said, bar);
      list.append(line);
      const item = { file, line, said, bar, state: "waits" };
      files.push(item);
      if (file.size === 0) { item.state = "bad"; show(item, say.empty, true); }
      else if (file.size > most) { item.state = "bad"; show(item, say.tooLarge, true); }
      else show(item, say.waits);
    }
    list.hidden = files.length === 0;
    input.required = !files.some((item) => item.state === "waits");
  };

  const why = (status) => ({ 0: say.lost, 403: say.expired, 409: say.suspended, 413: say.tooLarge, 429: say.quota }[status] || say.failed);

  const send = (item) => new Promise((done) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append("csrf", form.elements.csrf.value);
    body.append("files", item.file);
    item.state = "sending";
    show(item, say.sending);
    const end = (status) => {
      let answer = null;
      try { answer = JSON.parse(request.responseText); } catch { answer = null; }
      if (status === 200 && answer && answer.mails) {
        taken.push(...answer.mails);
        item.state = "taken";
        item.bar.value = 1;
        show(item, say.taken);
      } else {
        item.state = "bad";
        show(item, status === 200 ? say.expired : why(status), true);
      }
      done();
    };
    request.upload.addEventListener("progress", (e) => { if (e.lengthComputable) item.bar.value = e.loaded / e.total; });
    request.addEventListener("load", () => end(request.status));
    request.addEventListener("error", () => end(0));
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.send(body);
  });

  const results = () => `${form.action}?done=uploaded&mails=${taken.slice(0, 100).join(",")}`;

  form.addEventListener("submit", async (e) => {
    e.preventDefault();
    button.disabled = true;
    for (const item of files) if (item.state === "waits") await send(item);
    button.disabled = false;
    input.required = true;
    if (!taken.length) return;
    if (files.every((item) => item.state === "taken")) { location.href = results(); return; }
    const link = document.getElementById("results");
    link.href = results();
    link.hidden = false;
  });

  input.addEventListener("change", () => { add(input.files); input.value = ""; });
  for (const name of ["dragover", "dragleave", "drop"]) {
    form.addEventListener(name, (e) => {
      e.preventDefault();
      form.classList.toggle("over", name === "dragover");
      if (name === "drop" && e.dataTransfer) add(e.dataTransfer.files);
    });
  }
  form.classList.add("drops");
})();
