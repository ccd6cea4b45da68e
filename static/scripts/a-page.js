"use strict";
/* What the page does by itself: words, copying, menus, dialogs, files, picked rows. Everything here
   makes something easier that also works without it. */
Object.assign(window.htmx.config, {
  allowEval: false, defaultSwapStyle: "outerHTML", historyCacheSize: 0, historyRestoreAsHxRequest: false,
  includeIndicatorStyles: false, selfRequestsOnly: true, scrollBehavior: "instant", timeout: 30000,
  responseHandling: [{ code: "204", swap: false }, { code: "...", swap: true }],
});
(() => {
  const words = JSON.parse(document.body.dataset.words || "{}");
  const portal = (window.portal = { words, say, told });
  const live = () => document.getElementById("live");

  /* Read aloud in the one live region; and shown there, where nothing else on the page says it. */
  function say(text, shown = false) {
    const said = document.createElement(shown ? "p" : "span");
    said.className = shown ? "ds-alert" : "ds-sr-only";
    if (shown) said.dataset.color = "info";
    said.textContent = text;
    if (live()) live().replaceChildren(said);
  }

  function told(word, values) {
    return Object.entries(values).reduce((text, [name, value]) => text.replace(`%(${name})s`, value), words[word]);
  }

  /* A link to an entry that is not in the part of a story that is shown leads to the part it is in. */
  const entry = location.hash.slice(1);
  if (/^[mnsel]\d+$/.test(entry) && document.querySelector("[data-part]") && !document.getElementById(entry)
      && !new URLSearchParams(location.search).has("entry")) {
    location.replace(`${location.pathname}?entry=${entry}#${entry}`);
  }

  if (!navigator.clipboard) document.documentElement.classList.add("no-clipboard");

  document.addEventListener("click", async (event) => {
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      await navigator.clipboard.writeText(copy.dataset.copy);
      const text = copy.querySelector("span");
      const before = text.dataset.before ||= text.textContent;
      text.textContent = words.copied;
      copy.classList.add("done");
      say(words.copied);
      clearTimeout(copy.timer);
      copy.timer = setTimeout(() => { text.textContent = before; copy.classList.remove("done"); }, 3000);
    }
    const opener = event.target.closest("[data-opens]");
    const dialog = opener && document.getElementById(opener.dataset.opens);
    if (dialog && dialog.showModal && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      dialog.showModal();
    }
    if (event.target.closest("[data-print]")) window.print();
    for (const drop of document.querySelectorAll("details[data-drop][open]")) {
      if (!drop.contains(event.target)) drop.open = false;
    }
  });

  document.addEventListener("keydown", (event) => {
    const drop = event.key === "Escape" && document.querySelector("details[data-drop][open]");
    if (drop) { drop.open = false; drop.querySelector("summary").focus(); }
  });

  /* The theme changes at once; the form is sent all the same, so that it is remembered. */
  document.addEventListener("submit", (event) => {
    const chosen = event.submitter;
    if (chosen && chosen.hasAttribute("data-theme")) document.documentElement.dataset.colorScheme = chosen.value;
  });

  /* A file may be dropped on the frame around its field. */
  const zoneOf = (event) => event.target.closest && event.target.closest("[data-drop-zone]");
  for (const type of ["dragenter", "dragover", "dragleave", "drop"]) {
    document.addEventListener(type, (event) => {
      const zone = zoneOf(event);
      if (!zone) return;
      event.preventDefault();
      zone.classList.toggle("over", type === "dragenter" || type === "dragover");
      const field = zone.querySelector("input[type=file]");
      if (type !== "drop" || !event.dataTransfer.files.length) return;
      field.files = event.dataTransfer.files;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }

  function countPicked(form) {
    const boxes = [...document.querySelectorAll(`input[name=picked][form="${form.id}"]`)];
    const number = boxes.filter((box) => box.checked).length;
    form.querySelector("[data-picked]").textContent = number ? told("picked", { num: number }) : words.nonePicked;
    for (const all of document.querySelectorAll(`[data-pick-all="${form.id}"]`)) {
      const group = all.closest("[data-pick-group]");
      const mine = boxes.filter((box) => !group || group.contains(box));
      const some = mine.filter((box) => box.checked).length;
      all.checked = some > 0 && some === mine.length;
      all.indeterminate = some > 0 && some < mine.length;
    }
  }

  document.addEventListener("change", (event) => {
    const field = event.target;
    const zone = field.type === "file" && !field.closest("[data-uploads]") && zoneOf(event);
    if (zone) {
      zone.classList.toggle("filled", field.files.length > 0);
      const name = field.files.length ? told("dropped", { name: field.files[0].name }) : "";
      zone.querySelector("[data-chosen]").textContent = name;
      if (name) say(name);
    }
    if (field.dataset.pickAll) {
      const among = field.closest("[data-pick-group]") || document;
      for (const box of among.querySelectorAll(`input[name=picked][form="${field.dataset.pickAll}"]`)) box.checked = field.checked;
    }
    const form = document.getElementById(field.dataset.pickAll || (field.name === "picked" && field.getAttribute("form")));
    if (form) countPicked(form);
  });

  /* A page that could not be drawn in full, or that was read again from the browser's memory. */
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-bulk]").forEach(countPicked));
  portal.countPicked = countPicked;

  /* A button that says what was chosen does not say it of another choice. */
  document.addEventListener("change", (event) => {
    const button = event.target.type === "radio" && event.target.form?.querySelector("button[data-plain]");
    if (button) button.textContent = button.dataset.plain;
  });
})();
