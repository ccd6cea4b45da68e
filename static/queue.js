"use strict";
/* The queue of staff: one row is marked, and single keys do something with it, for those who did not
   switch them off. What the keys do can be done with the links and buttons of the row as well. */
(() => {
  const { say } = window.portal;
  const FORM = "picked-requests";
  const rows = () => [...document.querySelectorAll("tr[data-request]")];
  const linkOf = (row) => document.getElementById(row.dataset.request);
  let marked = "";
  let taken = null; // the link in the notice of what was taken
  let place = 0; // of the marked row, for when it has left the list

  function mark(row) {
    for (const each of rows()) each.classList.toggle("marked", each === row);
    marked = row.dataset.request;
    taken = null;
    place = rows().indexOf(row);
  }

  const markedRow = () => rows().find((row) => row.dataset.request === marked);

  /* What the keys open: the marked request, also when it was taken and its row has left the list for it.
     The notice says so until something else is told. */
  const markedLink = () => { const row = markedRow(); return row ? linkOf(row) : taken; };

  function move(step) {
    const all = rows();
    if (!all.length) return;
    const row = markedRow();
    const next = row ? all.indexOf(row) + step : place + Math.min(step, 0);
    const goal = all[Math.max(0, Math.min(all.length - 1, next))];
    mark(goal);
    linkOf(goal).focus();
    goal.scrollIntoView({ block: "nearest" });
  }

  /* Whose row the focus is in is the marked one. */
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest("tr[data-request]");
    if (row && row.dataset.request !== marked) mark(row);
  });

  /* The list was drawn anew: the mark stays on its request, and never slides onto another one. Where its
     row was, the next step goes on. */
  document.addEventListener("htmx:afterSettle", () => {
    const row = markedRow();
    taken ||= marked && document.querySelector(`[data-taken="${marked}"]`);
    if (row) mark(row);
    else if (!taken) marked = "";
  });

  /* The page as a whole was drawn after one was taken. */
  const told = document.querySelectorAll("[data-taken]");
  if (told.length === 1) {
    taken = told[0];
    marked = taken.dataset.taken;
    if (markedRow()) mark(markedRow());
  }

  /* A button of a row belongs to the form below the list, which does not know what is pressed outside it. */
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    const form = button && button.form && button.form.id === FORM && button.form;
    if (!form) return;
    for (const old of form.querySelectorAll("[data-pressed]")) old.remove();
    if (form.contains(button)) return;
    const own = button.closest("tr[data-request]");
    if (own) mark(own); // where a click does not give the focus
    const pressed = document.createElement("input");
    pressed.type = "hidden";
    pressed.name = button.name;
    pressed.value = button.value;
    pressed.dataset.pressed = "";
    form.append(pressed);
  }, true);

  /* What the page asks by itself it does not ask while nobody looks. */
  const asking = () => document.getElementById("queue-news");
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden && event.detail.elt === asking()) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && asking()) window.htmx.trigger(asking(), "look");
  });

  const deeds = {
    j: () => move(1),
    k: () => move(-1),
    a(row) {
      const button = row && row.querySelector("button[name=take]");
      if (button) button.click();
      else if (row && row.dataset.whose) say(row.dataset.whose, true);
      else if (taken) taken.closest("p").focus();
    },
    r() { const link = markedLink(); if (link) location.assign(`${link.href}#reply`); },
    Enter() { const link = markedLink(); if (link) location.assign(link.href); },
    "/"() { const field = document.getElementById("q"); field.focus(); field.select(); },
    "?"() { document.getElementById("keys").showModal(); },
  };
  if (!document.body.hasAttribute("data-shortcuts")) return;
  document.addEventListener("keydown", (event) => {
    const deed = deeds[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!deed || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat && event.key === "a") return;
    if (event.target.closest("input, textarea, select, dialog[open], [contenteditable], [role=combobox]")) return;
    if (event.key === "Enter" && event.target.closest("a, button, summary")) return; // which it presses
    event.preventDefault();
    deed(markedRow());
  }, true);
})();
