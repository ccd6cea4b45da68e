"use strict";
/* A form whose answer was chosen by the link that led here is sent by itself once somebody looks at the
   page, and not again by going back to it. */
(() => {
  const form = document.querySelector("form[data-sends-itself]");
  const [way] = performance.getEntriesByType("navigation");
  if (!form || (way && way.type === "back_forward")) return;
  const send = () => {
    if (document.visibilityState !== "visible") return;
    document.removeEventListener("visibilitychange", send);
    form.requestSubmit(form.querySelector("button"));
  };
  document.addEventListener("visibilitychange", send);
  send();
})();
