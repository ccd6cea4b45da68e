"use strict";
/* The quick search: a field, and below it what matches, which arrows move among. What has the focus is
   the field, all the time. Enter without a choice searches, as the form does without any script. */
(() => {
  const { words, tellFailure, clearFailure } = window.portal;
  const dialog = document.querySelector(".finder-dialog");
  const field = dialog.querySelector("input");
  const close = made("button", { type: "button", className: "ds-button", ariaLabel: words.close });
  Object.assign(close.dataset, { variant: "tertiary", icon: "", color: "neutral" });
  close.textContent = "✕";
  const list = made("div", { id: "finder-list", role: "listbox", ariaLabel: dialog.ariaLabel });
  const results = made("div", { className: "results" });
  const told = made("div", { className: "ds-sr-only", role: "status" });
  results.append(list);
  dialog.append(close, results, told);
  Object.assign(field, { role: "combobox", ariaExpanded: "false", ariaAutoComplete: "list", spellcheck: false, enterKeyHint: "search" });
  field.setAttribute("aria-controls", list.id);
  const PAUSE = 200, SLOW = 1000, SILENCE = 800, PATIENCE = 30000;
  let turn = 0, answered = null, typing, speaking, asked;

  function made(name, told) { return Object.assign(document.createElement(name), told); }
  const options = () => [...list.querySelectorAll("a[role=option]")];
  const chosen = () => options().find((option) => option.getAttribute("aria-selected") === "true");

  function choose(option) {
    for (const each of options()) each.setAttribute("aria-selected", String(each === option));
    if (!option) { field.removeAttribute("aria-activedescendant"); return; }
    field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function move(step) {
    const all = options();
    if (!all.length) return;
    const at = all.indexOf(chosen());
    choose(all[at < 0 ? (step > 0 ? 0 : all.length - 1) : (at + step + all.length) % all.length]);
  }

  /* The newest question alone is answered, however late the answers to others come. */
  async function ask(again) {
    const text = field.value.trim();
    if (text === answered && !again) return;
    const mine = ++turn;
    asked?.abort();
    asked = new AbortController();
    clearFailure(results);
    list.setAttribute("aria-busy", "true");
    const slow = setTimeout(() => { told.textContent = words.loading; list.classList.add("slow"); }, SLOW);
    const late = setTimeout(() => asked.abort(), PATIENCE);
    const address = `${field.form.getAttribute("action")}?${new URLSearchParams({ q: text })}`;
    let html = "", failed = false;
    try {
      const answer = await fetch(address, { signal: asked.signal, headers: { "HX-Request": "true", "HX-Target": "finder-list" } });
      if (answer.status === 401 || answer.headers.has("HX-Redirect")) { location.assign(address); return; }
      if (!answer.ok) throw new Error(answer.statusText);
      html = await answer.text();
    } catch { failed = true; }
    clearTimeout(late);
    clearTimeout(slow);
    if (mine !== turn) return;
    list.removeAttribute("aria-busy");
    list.classList.remove("slow");
    if (failed) fail();
    else show(html, text);
  }

  function show(html, text) {
    const parts = document.createElement("template");
    parts.innerHTML = html;
    const live = parts.content.querySelector("#live");
    const news = live ? live.textContent.trim() : "";
    live?.remove();
    answered = text;
    list.replaceChildren(parts.content);
    results.scrollTop = 0;
    field.setAttribute("aria-expanded", String(options().length > 0));
    field.removeAttribute("aria-activedescendant");
    told.textContent = "";
    clearTimeout(speaking);
    speaking = setTimeout(() => { told.textContent = news; }, SILENCE); // and not at each key
  }

  function fail() {
    answered = null;
    list.replaceChildren();
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
    tellFailure(results, () => { field.focus(); ask(true); });
  }

  field.addEventListener("input", () => {
    clearTimeout(typing);
    clearTimeout(speaking);
    typing = setTimeout(() => ask(), PAUSE);
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    // What was chosen belongs to what was typed then: a newer text searches.
    else if (event.key === "Enter" && chosen() && field.value.trim() === answered) chosen().click();
    else return;
    event.preventDefault();
  });
  list.addEventListener("mousedown", (event) => { if (event.button === 0) event.preventDefault(); });
  close.addEventListener("click", () => dialog.close());
  window.addEventListener("pagehide", () => dialog.close()); // whoever comes back comes back to the page
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); }); // beside it
  dialog.addEventListener("close", () => { clearTimeout(speaking); told.textContent = ""; choose(null); });
  ask();
})();
