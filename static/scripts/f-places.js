"use strict";
/* A Norwegian postal code tells its place: it is filled in where nothing was typed, or what stands there
   came from another code. Sent without, the server fills it in. */
(() => {
  const filled = new WeakMap(); // what was filled in, by field

  document.addEventListener("input", async (event) => {
    const code = event.target;
    if (!code.dataset || !code.dataset.places || !/^\s*\d{4}\s*$/.test(code.value)) return;
    const { city, country } = code.form.elements;
    if (!city || (country && country.value !== "NO")) return;
    const asked = code.value.trim();
    const answer = await fetch(code.dataset.places + asked).catch(() => null);
    if (!answer || !answer.ok || code.value.trim() !== asked) return;
    const { place } = await answer.json();
    if (city.value.trim() && city.value !== filled.get(city)) return;
    city.value = place;
    filled.set(city, place);
    window.portal.say(place);
  });
})();
