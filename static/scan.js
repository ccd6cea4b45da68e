"use strict";
/* Reads a label with the camera, and leads to the form with what it says. The browser's own decoder
   is used where there is one; else the vendored one, which is fetched when the camera is opened. */
(() => {
  const scanner = document.querySelector("[data-scanner]");
  if (!scanner || !navigator.mediaDevices) return;
  const video = scanner.querySelector("video");
  const says = scanner.querySelector("[data-scanner-says]");
  const start = scanner.querySelector("[data-scanner-start]");
  const formats = ["code_128", "code_39", "data_matrix", "qr_code", "ean_13"];
  /* As in registration/rules.py, which reads photos. */
  const MARK = String.raw`(?<![A-Z0-9])(?:S/?N|SERIAL(?:\s*(?:NO|NUMBER))?)\.?`, NUMBER = "([A-Z0-9-]{6,20})";
  const MARKED = new RegExp(String.raw`${MARK}(?:\s*[:=#]\s*|\s+(?=[A-Z-]*[0-9]))${NUMBER}|^${MARK}${NUMBER}$`, "i");
  scanner.hidden = false;

  function detector() {
    if ("BarcodeDetector" in window) return new window.BarcodeDetector({ formats });
    const api = window.BarcodeDetectionAPI;
    api.prepareZXingModule({ overrides: { locateFile: () => scanner.dataset.decoder } });
    return new api.BarcodeDetector({ formats });
  }

  function serial(text) {
    const marked = MARKED.exec(text);
    if (!marked && !/^[A-Z0-9\-\s]+$/i.test(text)) return ""; // an address, or something else that is no number
    const bare = (marked ? marked[1] || marked[2] : text).replace(/[\s-]/g, "").toUpperCase();
    return /^[A-Z0-9]{6,20}$/.test(bare) ? bare : "";
  }

  async function look(reader) {
    if (!video.srcObject) return;
    const codes = await reader.detect(video).catch(() => []);
    const found = codes.map((code) => serial(code.rawValue)).find(Boolean);
    if (!found) return setTimeout(look, 200, reader);
    stop();
    location.assign(`${scanner.dataset.scanner}?serial=${encodeURIComponent(found)}`);
  }

  function stop() {
    if (video.srcObject) video.srcObject.getTracks().forEach((track) => track.stop());
    video.srcObject = null;
  }

  start.addEventListener("click", async () => {
    try {
      video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      video.hidden = false;
      await video.play();
      says.textContent = says.dataset.looking;
      start.hidden = true;
      look(detector());
    } catch {
      says.textContent = says.dataset.denied;
    }
  });
  addEventListener("pagehide", stop);
})();
