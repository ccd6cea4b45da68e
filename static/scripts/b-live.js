"use strict";
/* What happens around a partial update: it is told that something is under way, what went wrong, and
   the focus is never lost. */
(() => {
  const { words, countPicked } = window.portal;
  const SLOW = 1000;

  /* htmx notes where it is, for a history it is told not to keep. Nothing stays on the device. */
  const forget = () => sessionStorage.removeItem("htmx-current-path-for-history");
  for (const type of ["htmx:pushedIntoHistory", "htmx:replacedInHistory", "htmx:historyRestore"]) {
    document.addEventListener(type, forget);
  }
  forget();

  /* What was left open says nothing, so it does not stand in the address either. */
  document.addEventListener("htmx:configRequest", (event) => {
    const { verb, formData } = event.detail;
    for (const name of new Set(verb === "get" ? formData.keys() : [])) {
      if (formData.getAll(name).every((value) => value === "")) formData.delete(name);
    }
  });

  /* Whoever leaves a field after its matches came changes nothing more: what is opened stays open. */
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt, requestConfig, pathInfo } = event.detail;
    const cause = requestConfig.triggeringEvent;
    if (!cause || cause.type !== "change" || !elt.matches("form[hx-push-url]")) return;
    if (new URL(pathInfo.finalRequestPath, location.href).href === location.href) event.preventDefault();
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.defaultPrevented) return;
    const target = event.detail.target;
    target.setAttribute("aria-busy", "true");
    clearFailure(target);
    target.slow = setTimeout(() => tellSlow(target), SLOW);
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const target = event.detail.target;
    clearTimeout(target.slow);
    target.removeAttribute("aria-busy");
    const told = target.querySelector(":scope > .busy-text");
    if (told) told.remove();
  });

  function tellSlow(target) {
    if (target.matches("[data-by-itself]")) return;
    if (target.getAttribute("role") === "listbox") return;
    const text = document.createElement("p");
    text.className = "busy-text on";
    text.textContent = words.loading;
    target.prepend(text);
  }

  /* No answer came: say so where it was expected, keep everything, and offer to ask again. */
  for (const type of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(type, (event) => {
      const { target, elt, requestConfig } = event.detail;
      if (elt.matches("[data-by-itself]")) return; // it asks again soon
      tellFailure(target, () => {
        if (elt.focus) elt.focus();
        // Whatever made it ask the first time, and without waiting for more to be typed.
        htmx.ajax(requestConfig.verb, requestConfig.path, { source: elt, target });
      });
    });
  }

  function tellFailure(target, tryAgain) {
    clearFailure(target);
    const alert = document.createElement("div");
    alert.className = "ds-alert failure";
    alert.dataset.color = "danger";
    alert.setAttribute("role", "alert");
    const text = document.createElement("p");
    text.textContent = words.failed;
    const again = document.createElement("button");
    again.type = "button";
    again.className = "ds-button";
    again.dataset.variant = "secondary";
    again.textContent = words.retry;
    again.addEventListener("click", tryAgain);
    alert.append(text, again);
    target.prepend(alert);
  }

  Object.assign(window.portal, { tellFailure, clearFailure });

  /* Somebody signed in anew on another tab: the forms of this one go on under the mark of that. */
  function remark(mark) {
    if (mark) for (const field of document.querySelectorAll("input[name=csrf_token]")) field.value = mark;
    return Boolean(mark);
  }
  Object.assign(window.portal, { remark });

  /* The sign-in has ended, and a look-up beside a form notices: whoever is typing goes on, and is
     asked to sign in when the form is sent, which keeps what it holds. */
  const typed = (field) => field.type !== "hidden" && field.defaultValue !== undefined && field.value !== field.defaultValue;
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const { xhr, requestConfig, elt, target } = event.detail;
    const form = xhr.status === 401 && elt.closest("[data-signed-out]");
    if (form) { // it keeps by itself what is typed: whoever types is told, and not led away
      event.preventDefault();
      target.setAttribute("role", "alert");
      target.textContent = form.dataset.signedOut;
      return;
    }
    if (remark(xhr.getResponseHeader("X-CSRF-Token")) && !elt.again) {
      event.preventDefault();
      elt.again = true;
      htmx.ajax(requestConfig.verb, requestConfig.path, { source: elt, target, swap: elt.getAttribute("hx-swap") || undefined }).then(() => { elt.again = false; });
      return;
    }
    if (xhr.status !== 401 || requestConfig.verb !== "get") return;
    const forms = [...document.querySelectorAll("form[method=post]")];
    if (forms.some((form) => [...form.elements].some(typed))) event.preventDefault();
  });

  function clearFailure(target) {
    for (const alert of target.querySelectorAll(":scope > .failure")) alert.remove();
  }

  /* The focus stays where it was when that is still there. Otherwise it goes to what asks for it,
     or to the heading of what is new: never to nowhere. */
  document.addEventListener("htmx:afterSettle", (event) => {
    const target = event.detail.target || document.body; // going back in time, there is none
    const fresh = target.isConnected ? target : document.getElementById(target.id);
    document.querySelectorAll("form[data-bulk]").forEach(countPicked);
    if (!fresh || (document.activeElement && document.activeElement !== document.body)) return;
    if (fresh.matches("[hx-trigger^=every], [data-quiet]")) return; // only looked again: that is no news
    const goal = fresh.querySelector("[autofocus]") || fresh.querySelector("h1, h2, h3") || document.getElementById("main");
    if (!goal.matches("a, button, input, select, textarea, [tabindex]")) goal.tabIndex = -1;
    goal.focus();
  });

  /* A chip takes its filter out of the form, and the form asks: what is typed there goes along, and
     is not asked for a second time, as leaving its field would. */
  const chipOf = (event) => event.target.closest && event.target.closest(".chips a");
  document.addEventListener("mousedown", (event) => { if (chipOf(event)) event.preventDefault(); });
  document.addEventListener("click", (event) => {
    const chip = chipOf(event);
    const form = chip && document.querySelector("form.filters");
    if (!form || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const now = new URLSearchParams(location.search);
    const left = new URL(chip.href).searchParams;
    const goes = (field) => now.getAll(field.name).some((value) => !left.getAll(field.name).includes(value) && (field.type !== "checkbox" || field.value === value));
    const fields = [...form.elements].filter((field) => field.name && (chip.id === "chips-clear" || goes(field)));
    if (!fields.length) return;
    event.preventDefault();
    for (const field of fields) {
      if (field.type === "checkbox" || field.type === "radio") field.checked = false;
      else if (field.options) field.selectedIndex = 0;
      else field.value = "";
    }
    form.requestSubmit();
  });

  /* A searched field: arrows and Enter choose among what the server answered. */
  const boxOf = (element) => element.closest && element.closest("[data-combobox]");
  const partsOf = (box) => {
    const list = box.querySelector("[role=listbox]");
    return { field: box.querySelector("[role=combobox]"), key: box.querySelector("input[type=hidden]"), list, options: [...list.querySelectorAll("[role=option][data-text]")] };
  };

  function close(box) {
    const { field, list } = partsOf(box);
    list.replaceChildren();
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  function choose(box, option) {
    const { field, key } = partsOf(box);
    field.value = option.dataset.text;
    if (key) key.value = option.dataset.key;
    close(box);
    field.focus();
    box.dispatchEvent(new CustomEvent("chosen", { bubbles: true, detail: option.dataset }));
  }

  function move(box, step) {
    const { field, options } = partsOf(box);
    if (!options.length) return;
    const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    const next = options[(at + step + options.length + (at < 0 && step < 0 ? 1 : 0)) % options.length];
    for (const option of options) option.setAttribute("aria-selected", String(option === next));
    field.setAttribute("aria-activedescendant", next.id);
    next.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("htmx:afterSwap", (event) => {
    const box = event.detail.target && boxOf(event.detail.target);
    if (!box) return;
    const { field } = partsOf(box);
    // Whoever has gone on is shown nothing that would lie over where they are.
    if (document.activeElement === field) field.setAttribute("aria-expanded", "true");
    else close(box);
  });
  document.addEventListener("focusout", (event) => {
    const box = boxOf(event.target);
    if (box && document.hasFocus() && !box.contains(event.relatedTarget)) close(box);
  });
  document.addEventListener("input", (event) => {
    const box = boxOf(event.target);
    if (box && partsOf(box).key) partsOf(box).key.value = "";
  });
  document.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option][data-text]");
    for (const box of document.querySelectorAll("[data-combobox]")) {
      if (option && box.contains(option)) choose(box, option);
      else if (!box.contains(event.target)) close(box);
    }
  });
  // Whoever presses an option, or moves the list, has not left the field, half of what they mean typed.
  document.addEventListener("mousedown", (event) => {
    if (event.target.closest("[data-combobox] [role=listbox]")) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    const box = event.target.matches && event.target.matches("[role=combobox]") && boxOf(event.target);
    if (!box) return;
    const chosen = partsOf(box).options.find((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown") move(box, 1);
    else if (event.key === "ArrowUp") move(box, -1);
    else if (event.key === "Enter" && chosen) choose(box, chosen);
    else if (event.key === "Escape" && partsOf(box).list.childElementCount) close(box);
    else { if (event.key === "Tab") close(box); return; }
    event.preventDefault();
  });
})();
