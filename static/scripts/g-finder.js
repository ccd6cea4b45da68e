"use strict";
/* Ctrl or ⌘ and K open the quick search, as its link does. Here is the field alone, so that it takes what
   is typed at once; all the rest comes when it is opened for the first time. */
(() => {
  const link = document.querySelector("[data-finder]");
  if (!link) return;
  let dialog = null;

  function open() {
    if (document.querySelector("dialog[open]") && !dialog?.open) return; // it stands over all else
    if (!dialog) {
      const name = link.ariaLabel.replace(link.textContent, "").trim();
      dialog = Object.assign(document.createElement("dialog"), { className: "ds-dialog finder-dialog", ariaLabel: name });
      dialog.innerHTML = '<form><input class="ds-input" name="q" maxlength="200" autocomplete="off" autofocus></form>';
      dialog.firstChild.action = link.href;
      dialog.querySelector("input").ariaLabel = name;
      document.body.append(dialog, Object.assign(document.createElement("script"), { src: link.dataset.finder }));
    }
    if (!dialog.open) dialog.showModal();
    dialog.querySelector("input").select();
  }

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-finder]") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
  document.addEventListener("keydown", (event) => {
    const key = /Mac|iP(hone|ad)/.test(navigator.userAgent) ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
    if (!key || event.key.toLowerCase() !== "k" || event.altKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
})();
