"use strict";
/* Sends files while the rest of a form is filled in: part by part, so that what was cut off goes on
   where it stopped. The form takes along the token of each; it waits for those under way. */
(() => {
  const { say } = window.portal;
  const PART = 8 * 1024 * 1024, SMALLEST = 256 * 1024, AT_ONCE = 2, PATIENCE = 8;
  const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });
  const jobs = new Map(); // by row: the file, where it goes, how far it is
  let waiting = null; // the form that was sent while files were under way

  const fieldOf = (row) => row.closest("[data-uploads]");
  const wordsOf = (row) => JSON.parse(fieldOf(row).dataset.says);
  const part = (row, name) => row.querySelector(`[data-${name}]`);
  const nameOf = (row) => row.querySelector("b").textContent;
  const tell = (row, text) => { part(row, "says").textContent = text; };
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (_all, name) => values[name]);
  const busy = () => [...jobs.values()].filter((job) => job.busy);

  class Stop extends Error {} // trying again by itself would not help

  /* XHR and not fetch, which tells nothing of how much has gone out. */
  function ask(job, method, path, { body = null, headers = {}, onProgress } = {}) {
    return new Promise((done, failed) => {
      const xhr = (job.xhr = new XMLHttpRequest());
      xhr.open(method, path);
      xhr.timeout = 120000;
      xhr.setRequestHeader("Accept", "application/json");
      xhr.setRequestHeader("X-CSRFToken", job.form.elements.csrf_token ? job.form.elements.csrf_token.value : "");
      for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
      if (onProgress) xhr.upload.addEventListener("progress", (event) => onProgress(event.loaded));
      xhr.onload = () => done({ status: xhr.status, told: read(xhr.responseText), wait: Number(xhr.getResponseHeader("Retry-After")) });
      xhr.onerror = xhr.ontimeout = xhr.onabort = () => failed(new Error("cut"));
      xhr.send(body);
    });
  }

  function read(text) {
    try { return JSON.parse(text); } catch { return {}; }
  }

  function show(row, told) {
    row.dataset.state = told.state;
    if (told.size) part(row, "bytes").textContent = told.size;
    const token = told.csrf && jobs.get(row).form.elements.csrf_token;
    if (token) token.value = told.csrf;
  }

  async function begin(row, job) {
    const body = new FormData();
    for (const [name, value] of Object.entries({ purpose: fieldOf(row).dataset.purpose, name: job.file.name, size: job.file.size, modified: job.file.lastModified })) body.append(name, value);
    const { status, told, wait } = await ask(job, "POST", fieldOf(row).dataset.uploads, { body });
    if (status === 201) {
      row.dataset.path = told.path;
      row.querySelector("input").value = told.token;
      return told;
    }
    if (status === 422 && told.says) { refused(row, told.says); return null; }
    return stumble(row, status, told, wait);
  }

  /* 401: nobody is signed in. 400: somebody is, and the form is from before that. */
  function stumble(row, status, told, wait) {
    if (status === 401) throw new Stop(wordsOf(row).signedOut);
    if (status === 429 || status >= 500) { const error = new Error("later"); error.wait = wait; throw error; }
    throw new Stop(told.detail || wordsOf(row).failed);
  }

  async function ahead(row, job) {
    const { status, told, wait } = await ask(job, "GET", row.dataset.path);
    return status === 200 ? told : stumble(row, status, told, wait);
  }

  async function send(row, job, told) {
    const start = told.offset, end = Math.min(job.file.size, start + job.part);
    const began = performance.now();
    const onProgress = (loaded) => measure(row, Math.min(end, start + loaded) / job.file.size);
    const answer = await ask(job, "PATCH", row.dataset.path, {
      body: job.file.slice(start, end), onProgress,
      headers: { "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(start) },
    });
    if (answer.status === 200) {
      // As much at once as goes in a few seconds: little is lost when the line is.
      job.part = Math.max(SMALLEST, Math.min(PART, performance.now() - began < 2000 ? job.part * 2 : job.part));
      return answer.told;
    }
    if (answer.status === 409 && answer.told.state) return answer.told;
    if (answer.status === 400) { job.part = SMALLEST; throw new Error("again"); }
    return stumble(row, answer.status, answer.told, answer.wait);
  }

  function measure(row, share) {
    const bar = row.querySelector("progress");
    bar.hidden = false;
    bar.value = 100 * share;
    tell(row, fill(wordsOf(row).progress, { percent: percent.format(Math.floor(100 * share) / 100) }));
  }

  async function run(row) {
    const job = jobs.get(row);
    job.busy = true;
    while (!job.running && busy().filter((it) => it.running).length >= AT_ONCE) await pause(200);
    if (!jobs.has(row)) return;
    job.running = true;
    row.dataset.busy = "";
    part(row, "again").hidden = true;
    tell(row, wordsOf(row).sending);
    try {
      await goOn(row, job);
    } catch (error) {
      if (jobs.has(row)) stopped(row, error.message);
    }
    job.running = job.busy = false;
    delete row.dataset.busy;
    settle();
  }

  async function goOn(row, job) {
    let told = null, stumbles = 0;
    while (jobs.has(row)) {
      try {
        if (!row.dataset.path) told = await begin(row, job);
        else if (!told) told = await ahead(row, job);
        else if (told.state === "sending") told = await send(row, job, told);
        else { await pause(job.wait = Math.min(5000, 1.5 * (job.wait || 300))); told = await ahead(row, job); }
        stumbles = 0;
        if (!told) return;
        show(row, told);
        if (told.state === "refused") return refused(row, told.says);
        if (told.state === "ready") return ready(row, told);
        if (told.state === "checking") tell(row, wordsOf(row).checking);
      } catch (error) {
        if (!jobs.has(row)) return;
        if (error instanceof Stop) throw error;
        if (++stumbles > PATIENCE) throw new Stop(wordsOf(row).failed);
        told = null;
        tell(row, wordsOf(row).cut);
        await back(1000 * (error.wait || Math.min(30, 2 ** (stumbles - 1))));
      }
    }
  }

  /* After a while, or as soon as the machine is on the net again. */
  function back(ms) {
    return Promise.race([pause(ms), new Promise((done) => addEventListener("online", done, { once: true }))]);
  }

  function ready(row, told) {
    finish(row, told.says);
    say(fill(wordsOf(row).done, { name: nameOf(row) }));
  }

  function refused(row, text) {
    row.dataset.state = "refused";
    row.querySelector("label input")?.remove();
    finish(row, text);
    say(text);
    jobs.get(row).refused = true;
  }

  function finish(row, text) {
    row.querySelector("progress").hidden = true;
    tell(row, text);
  }

  /* The words may hold what to do now, so they are read at once. */
  function stopped(row, text) {
    tell(row, text);
    part(row, "again").hidden = false;
    say(text);
    release();
  }

  function release() {
    if (waiting) waiting.form.querySelector("[data-waiting]").hidden = true;
    waiting = null;
  }

  const refusals = (form) => [...jobs.values()].filter((job) => job.form === form && job.refused).length;

  /* What was sent while files were under way goes out when all of them are there. */
  function settle() {
    if (!waiting || busy().some((job) => job.form === waiting.form)) return;
    const { form, button, refused } = waiting;
    release();
    if (refusals(form) === refused) form.requestSubmit(button);
  }

  function add(field, file) {
    const list = field.querySelector(".sent-files"), words = JSON.parse(field.dataset.says);
    const key = `${file.size}/${file.lastModified}/${file.name}`;
    const half = [...list.children].find((row) => row.dataset.key === key && row.dataset.state === "sending" && !jobs.get(row)?.busy);
    if (!half && list.querySelectorAll("li:not([data-state=refused])").length >= Number(field.dataset.most)) return say(words.tooMany);
    const row = half || list.appendChild(field.querySelector("template").content.firstElementChild.cloneNode(true));
    if (!half) {
      row.querySelector("b").textContent = file.name;
      row.dataset.key = key;
      row.dataset.state = "sending";
      part(row, "bytes").textContent = "";
      part(row, "remove").setAttribute("aria-label", fill(words.remove, { name: file.name }));
      tell(row, words.waits);
    }
    row.querySelector("progress").setAttribute("aria-label", file.name);
    part(row, "again").setAttribute("aria-label", fill(words.again, { name: file.name }));
    jobs.set(row, { file, form: field.closest("form"), part: 2 * 1024 * 1024 });
    run(row);
  }

  async function remove(row) {
    const field = fieldOf(row), job = jobs.get(row) || { form: field.closest("form") };
    const next = row.nextElementSibling || row.previousElementSibling;
    const text = fill(wordsOf(row).removed, { name: nameOf(row) });
    jobs.delete(row);
    if (job.xhr) job.xhr.abort();
    row.remove();
    (next ? part(next, "remove") : field.querySelector("input[type=file]")).focus();
    say(text);
    settle();
    // If it does not get there, the file is forgotten after a day: no form has it any more.
    if (row.dataset.path) await ask({ form: job.form }, "DELETE", row.dataset.path).catch(() => {});
  }

  document.addEventListener("change", (event) => {
    const field = event.target.type === "file" && event.target.closest("[data-uploads]");
    if (!field) return;
    const chosen = [...event.target.files];
    event.target.value = "";
    for (const file of chosen) add(field, file);
  });

  document.addEventListener("click", (event) => {
    const row = event.target.closest(".sent-files > li");
    if (row && event.target.closest("[data-remove]")) remove(row);
    if (row && event.target.closest("[data-again]")) { run(row); part(row, "remove").focus(); }
  });

  /* Before htmx or the browser hear of it. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!busy().some((job) => job.form === form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    waiting = { form, button: event.submitter, refused: refusals(form) };
    const field = form.querySelector("[data-uploads]"), text = field.querySelector("[data-waiting]");
    text.textContent = JSON.parse(field.dataset.says).wait;
    text.hidden = false;
    say(text.textContent);
  }, true);

  addEventListener("beforeunload", (event) => { if (busy().length) event.preventDefault(); });
})();
