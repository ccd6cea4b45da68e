// Single keys, for those who switched them on in their profile. Never while something is typed.
(() => {
  if (!document.body.hasAttribute("data-shortcuts")) return;
  document.addEventListener("keydown", (event) => {
    const at = event.target;
    if (event.defaultPrevented) return; // a page with keys of its own
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (at.closest?.("input, textarea, select, dialog[open], [contenteditable], [role=combobox]")) return;
    if (event.key === "/") {
      const field = document.getElementById("finder");
      if (!field?.checkVisibility()) return;
      event.preventDefault();
      field.focus();
      field.select();
    } else if (event.key === "?") {
      event.preventDefault();
      location.assign("/help/keyboard");
    }
  });
})();
