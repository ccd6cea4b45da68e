"use strict";
/* Three scans in a row: a scanner ends each with Enter. It goes on to the next field that is empty, and
   sends after the last; then the first waits for the next parcel. What may be without a number sends with
   Enter in the empty last field, or with the first scan once more. Works without. */
(() => {
  const form = document.querySelector("form[data-scans]");
  if (!form) return;
  const fields = () => [...form.querySelectorAll("input[data-scan]")];
  const empty = (field) => !field.value.trim();

  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("input[data-scan]")) return;
    const all = fields();
    if (event.target.dataset.scan === "last") {
      if (event.target.value.trim() === all[0].value.trim()) event.target.value = "";
      if (empty(event.target)) return;
    }
    const next = all.slice(all.indexOf(event.target) + 1).find(empty);
    if (!next) return; // the browser sends it
    event.preventDefault();
    next.focus();
  });

  const wrong = form.querySelector('[aria-invalid="true"]');
  if (wrong) wrong.select();
  (wrong || fields().find(empty) || fields()[0]).focus();
})();
