"use strict";
/* Makes and asks passkeys. A form says which, and where to get the challenge from; what the browser
   answers is sent with the form like anything else. Without passkeys the form stays hidden, or says so. */
(() => {
  const known = "PublicKeyCredential" in window && "parseRequestOptionsFromJSON" in PublicKeyCredential;

  async function answer(form) {
    const asked = await fetch(form.dataset.challenge, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
    if (asked.status === 401 || asked.redirected) return location.reload();
    if (asked.status === 429) return void (form.querySelector("[role=status]").textContent = await asked.text());
    if (!asked.ok) throw new Error(asked.status);
    const options = await asked.json();
    const made = form.dataset.passkey === "create"
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
    form.elements.credential.value = JSON.stringify(made.toJSON());
    form.submit();
  }

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (!known) {
      form.classList.add("no-passkeys");
      continue;
    }
    const says = form.querySelector("[role=status]");
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      says.textContent = "";
      answer(form).catch((error) => {
        says.textContent = error.name === "InvalidStateError" && form.dataset.known || form.dataset.failed;
      });
    });
  }
})();
