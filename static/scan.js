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
  scanner.hidden = false;

  function detector() {
    if ("BarcodeDetector" in window) return new window.BarcodeDetector({ formats });
    const api = window.BarcodeDetectionAPI;
    api.prepareZXingModule({ overrides: { locateFile: () => scanner.dataset.decoder } });
    return new api.BarcodeDetector({ formats });
  }

  function serial(text) {
    const marked = /(?:S\/?N|SERIAL(?:\s*(?:NO|NUMBER))?)\s*[:=#]?\s*([A-Z0-9-]{6,20})/i.exec(text);
    const bare = (marked ? marked[1] : text).replace(/[\s\-:.]/g, "").toUpperCase();
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
