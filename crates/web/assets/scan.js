// Scanning a case's reference with the camera, where the browser can read codes. Typing works everywhere.
"use strict";
(() => {
  const button = document.querySelector("[data-scan]");
  if (!button || !("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia) return;
  const picture = document.querySelector("[data-scan-picture]");
  const said = document.querySelector("[data-scan-said]");
  const field = document.getElementById("referencia");
  const start = button.textContent;
  let stream;

  const stop = () => {
    stream?.getTracks().forEach((track) => track.stop());
    stream = undefined;
    picture.srcObject = null;
    picture.hidden = true;
    button.textContent = start;
  };

  const look = async (detector) => {
    while (stream) {
      const [found] = await detector.detect(picture).catch(() => []);
      if (found && stream) {
        field.value = found.rawValue;
        stop();
        field.form.requestSubmit();
        return;
      }
      await new Promise((next) => { setTimeout(next, 150); });
    }
  };

  const scan = async () => {
    said.textContent = "";
    if (stream) { stop(); return; }
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      picture.srcObject = stream;
      picture.hidden = false;
      button.textContent = button.dataset.stop;
      await picture.play();
      look(new BarcodeDetector({ formats: ["qr_code"] }));
    } catch {
      stop();
      said.textContent = button.dataset.refused;
    }
  };

  BarcodeDetector.getSupportedFormats().then((formats) => {
    if (!formats.includes("qr_code")) return;
    button.hidden = false;
    button.addEventListener("click", scan);
    addEventListener("pagehide", stop);
  }).catch(() => {});
})();
