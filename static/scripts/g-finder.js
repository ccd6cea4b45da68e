"use strict";
/* Ctrl or ⌘ and K open the quick search, as its link does. The rest of it comes when it is opened; and
   what is typed by then is in its field. */
(() => {
  const dialog = document.getElementById("finder-dialog");
  if (!dialog?.showModal) return;
  const mac = /Mac|iP(hone|ad)/.test(navigator.userAgent);

  function open() {
    if (!dialog.open && document.querySelector("dialog[open]")) return; // it stands over all else
    if (!dialog.open) dialog.showModal();
    dialog.querySelector("[role=combobox]").select();
    if (dialog.dataset.script) {
      document.head.append(Object.assign(document.createElement("script"), { src: dialog.dataset.script }));
      delete dialog.dataset.script;
    }
  }

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-finder]") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || event.altKey || event.shiftKey || event.isComposing) return;
    if (mac ? !event.metaKey || event.ctrlKey : !event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    open();
  });
  // Whoever comes back to this page comes back to the page.
  window.addEventListener("pagehide", () => dialog.close());
})();
