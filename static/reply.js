"use strict";
/* Writing in a request at the desk with the keys alone: R the answer, N the note, M or Alt+S the
   standard answers, Enter takes one, Ctrl+Enter sends. Everything works without. */
(() => {
  const by = (id) => document.getElementById(id);
  const text = () => by("text");

  function write(radio, field) {
    const chosen = by(radio);
    if (!chosen || !field) return false;
    chosen.checked = true;
    field.focus();
    field.scrollIntoView({ block: "center" });
    return true;
  }

  const keys = {
    r: () => write("to-customer", text()),
    n: () => write("to-staff", by("note")),
    m: () => write("to-customer", by("answer")),
  };

  document.addEventListener("keydown", (event) => {
    const at = event.target;
    if (event.altKey && event.code === "KeyS" && !event.ctrlKey && !event.metaKey) {
      if (keys.m()) event.preventDefault();
    } else if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      const form = at.closest && at.closest("form[data-reply]");
      if (!form || event.repeat) return;
      event.preventDefault();
      form.requestSubmit(form.querySelector(".actions > button"));
    } else if (event.key === "Enter" && at.matches && at.matches("[data-inserts]")) {
      event.preventDefault();
      if (at.value) by("insert").click();
    } else if (document.body.hasAttribute("data-shortcuts") && !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing) {
      if (at.closest && at.closest("input:not([type=radio]), textarea, select, dialog[open], [contenteditable]")) return;
      if (keys[event.key] && keys[event.key]()) event.preventDefault();
    }
  });

  /* Come from the queue by R, one goes on typing. */
  const arrive = () => { if (location.hash === "#reply" && !document.querySelector("[autofocus]")) keys.r(); };
  window.addEventListener("hashchange", arrive);
  // The browser goes to what the address names once all is there, and takes the focus along.
  if (document.readyState === "complete") arrive();
  else window.addEventListener("load", () => setTimeout(arrive));
})();
