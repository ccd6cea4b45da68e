"use strict";
/* Keeps what is typed in a form on the server, every ten seconds when there is something new. What was
   sent is not kept again. And what is asked beside the form is asked once for each text. */
(() => {
  const EVERY = 10000, LONGEST = 400;

  for (const form of document.querySelectorAll("form[data-draft]")) keep(form);

  function content(form) {
    const told = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string" && name !== "csrf_token") told.append(name, value);
    }
    return told.toString();
  }

  function keep(form) {
    const says = document.getElementById("draft-said");
    let last = content(form), busy = false, sent = false;

    async function save() {
      const now = content(form);
      if (busy || sent || now === last) return;
      busy = true;
      let anew = false;
      const token = form.elements.csrf_token ? form.elements.csrf_token.value : "";
      const headers = { Accept: "application/json", "Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": token };
      try {
        const answer = await fetch(form.dataset.draft, { method: "POST", headers, body: now, keepalive: now.length < 60000, redirect: "error" });
        const told = answer.status === 401 ? {} : await answer.json().catch(() => ({}));
        anew = window.portal.remark(answer.headers.get("X-CSRF-Token"));
        if (answer.ok || answer.status === 409 || answer.status === 422) last = now;
        if (!anew) says.textContent = answer.status === 401 ? form.dataset.draftSignedOut : told.says || form.dataset.draftFailed;
      } catch {
        says.textContent = form.dataset.draftFailed;
      }
      busy = false;
      if (anew) await save();
    }

    setInterval(save, EVERY);
    addEventListener("pagehide", save);
    addEventListener("pageshow", () => { sent = false; });
    form.addEventListener("submit", (event) => { if (!event.defaultPrevented) sent = true; });
  }

  /* The beginning of a text says what it is about. What was asked before is not asked again. */
  let asked = "";
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.elt.id !== "similar-asked") return;
    const { formData } = event.detail;
    for (const name of ["subject", "text"]) {
      if (formData.has(name)) formData.set(name, formData.get(name).trim().slice(0, LONGEST));
    }
    const now = new URLSearchParams(formData).toString();
    if (now === asked) event.preventDefault();
    asked = now;
  });
})();
