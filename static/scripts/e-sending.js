"use strict";
/* A form that somebody has written a text in is sent when somebody is there to take it. Otherwise the
   browser would show a page of its own in its place: here a sentence tells it, and the text stays. */
(() => {
  const { tellFailure, clearFailure } = window.portal;
  const PATIENCE = 10000, GATEWAY = 502; // and above: a proxy answers for a portal that is gone
  let knocking = null, answered = null;

  const isThere = () => fetch("/healthz", { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(PATIENCE) })
    .then((answer) => answer.status < GATEWAY, () => false);

  document.addEventListener("submit", async (event) => {
    const form = event.target, button = event.submitter;
    if (form.method !== "post" || !form.querySelector("textarea")) return;
    if (form === answered) { answered = null; return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    if (form === knocking) return;
    knocking = form;
    const there = await isThere();
    knocking = null;
    if (there) {
      clearFailure(form);
      answered = form;
      form.requestSubmit(button);
    } else {
      tellFailure(form, () => form.requestSubmit(button));
      form.querySelector(":scope > .failure button").focus();
    }
  }, true);
})();
