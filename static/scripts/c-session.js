"use strict";
/* Two minutes before the sign-in ends, say so and offer to stay. Any answer of the server puts the
   end off, so the clock starts again with each; but not the end that nothing puts off. */
(() => {
  const { words } = window.portal;
  const left = Number(document.body.dataset.secondsLeft);
  if (!left || !HTMLDialogElement) return;
  const WARNING = 120;
  const last = Date.now() + Number(document.body.dataset.secondsAtMost) * 1000;
  let timer;
  let told = false; // that it ends for good: once

  function wait(seconds) {
    clearTimeout(timer);
    if (told) return;
    const atMost = (last - Date.now()) / 1000;
    timer = setTimeout(warn, Math.max(0, Math.min(seconds, atMost) - WARNING) * 1000);
  }

  function button(text, variant) {
    const made = document.createElement("button");
    made.className = "ds-button";
    made.dataset.variant = variant;
    made.textContent = text;
    return made;
  }

  function warn() {
    told = last - Date.now() <= WARNING * 1000 + 1000;
    const dialog = document.createElement("dialog");
    dialog.className = "ds-dialog";
    dialog.setAttribute("aria-labelledby", "session-end");
    const title = document.createElement("h2");
    title.id = "session-end";
    title.textContent = words.endsTitle;
    const text = document.createElement("p");
    text.textContent = told ? words.endsForGood : words.endsText;
    const actions = document.createElement("div");
    actions.className = "actions";
    const stay = button(told ? words.close : words.stay, "primary");
    const leave = button(words.leave, "secondary");
    actions.append(stay, leave);
    dialog.append(title, text, actions);
    dialog.addEventListener("close", () => dialog.remove());
    stay.addEventListener("click", async () => {
      if (told) { dialog.close(); return; }
      const answer = await fetch("/", { method: "HEAD" }).catch(() => null);
      dialog.close();
      if (answer && answer.ok && new URL(answer.url).pathname !== "/sign-in") wait(left);
      else location.reload();
    });
    leave.addEventListener("click", () => document.querySelector("form[action='/sign-out']").submit());
    document.body.append(dialog);
    dialog.showModal();
  }

  document.addEventListener("htmx:afterRequest", (event) => {
    const { successful, elt } = event.detail;
    if (successful && !elt.matches("[data-by-itself]")) wait(left);
  });
  wait(left);
})();
