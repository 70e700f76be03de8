// What the pages gain from a script. Everything works without it.
"use strict";
(() => {
  const $ = (selector) => document.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];

  // A refusal is announced where it stands.
  const alert = $("[role=alert]");
  if (alert) alert.focus();

  // A page that answers a POST becomes the page of its flow, so that a reload asks and does not send again.
  const here = document.body.dataset.here;
  if (here && location.pathname !== here) history.replaceState(null, "", here);

  // The page moves on by itself, but not while the answer to a form is on its way: a reload would drop it, and an envelope is
  // printed once.
  let sentAt = -Infinity;
  const moveOn = () => {
    const wait = sentAt + 30000 - performance.now();
    if (wait > 0) setTimeout(moveOn, wait); else location.reload();
  };

  // Double clicks: the second is not sent.
  all("form").forEach((form) => form.addEventListener("submit", (event) => {
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (event.defaultPrevented) return;
    form.dataset.sent = "1";
    sentAt = performance.now();
    form.querySelectorAll("button").forEach((button) => button.setAttribute("aria-disabled", "true"));
    setTimeout(() => {
      delete form.dataset.sent;
      form.querySelectorAll("button").forEach((button) => button.removeAttribute("aria-disabled"));
    }, 8000);
  }));
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });

  // Countdown from the server's clock, not the device's.
  const started = performance.now();
  const serverNow = Number(document.body.dataset.now || 0);
  const tick = () => all("[data-until]").forEach((element) => {
    const left = Math.max(0, Math.ceil((Number(element.dataset.until) - serverNow - (performance.now() - started)) / 1000));
    element.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    if (left === 0 && !element.dataset.ended) {
      element.dataset.ended = "1";
      const said = element.closest("[data-clock]");
      if (said && said.dataset.ended) said.textContent = said.dataset.ended;
    }
  });
  // What a session showed goes when the session ends, with or without the network.
  const over = $("[data-over]");
  const forget = () => {
    if (!over || !over.hidden || Number(over.dataset.over) > serverNow + performance.now() - started) return;
    $("#main").replaceChildren(over);
    over.hidden = false;
  };
  const showClocks = () => all("[data-clock]").forEach((element) => { element.hidden = false; });
  showClocks();
  tick();
  setInterval(() => { tick(); forget(); }, 500);

  // The page moves on by itself. Within a step only what changed is put in its place: somebody may be typing, reading or
  // about to leave.
  const live = $("[data-events]");
  const renew = async (state) => {
    const answer = await fetch(live.dataset.events.replace(/\/eventos$/, ""), { headers: { accept: "text/html" } });
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!answer.ok || next.querySelector("[data-events]")?.dataset.step !== live.dataset.step) return moveOn();
    all("[data-live]").forEach((place) => {
      const fresh = next.querySelector(`[data-live="${place.dataset.live}"]`);
      if (fresh) place.replaceChildren(...fresh.childNodes);
    });
    live.dataset.state = state;
    if (over) over.dataset.over = next.querySelector("[data-over]")?.dataset.over ?? 0;
    showClocks();
    tick();
  };
  if (live && "EventSource" in window) {
    const source = new EventSource(live.dataset.events);
    source.addEventListener("state", (event) => {
      if (event.data === live.dataset.state) return;
      if (live.dataset.step) { renew(event.data).catch(() => {}); return; }
      source.close();
      moveOn();
    });
    addEventListener("pagehide", () => source.close());
  }

  // Domestic employers: the other two fields follow from the cédula.
  const domestic = $("#domestic");
  if (domestic) {
    const id = $("#representative_id"), ruc = $("#ruc"), branch = $("#sucursal");
    const follow = () => {
      [ruc, branch].forEach((field) => { field.readOnly = domestic.checked; });
      if (!domestic.checked) return;
      const digits = id.value.normalize("NFKC").replace(/[^0-9]/g, "");
      ruc.value = digits ? `${digits}000` : "";
      branch.value = "0001";
    };
    domestic.addEventListener("change", () => {
      if (!domestic.checked) { ruc.value = ""; branch.value = ""; }
      follow();
    });
    id.addEventListener("input", follow);
    follow();
  }

  // Show and hide the key.
  all("[data-reveal]").forEach((button) => {
    const fields = button.dataset.reveal.split(" ").map((id) => document.getElementById(id));
    button.hidden = false;
    button.addEventListener("click", () => {
      const show = fields[0].type === "password";
      fields.forEach((field) => { field.type = show ? "text" : "password"; });
      button.textContent = show ? button.dataset.hide : button.dataset.show;
      button.setAttribute("aria-pressed", String(show));
    });
    button.form?.addEventListener("submit", () => fields.forEach((field) => { field.type = "password"; }));
  });

  // Strength in words while typing. Judged by the server, kept nowhere.
  const judged = $("[data-strength]");
  if (judged) {
    const meter = $("#meter"), words = $("#strength");
    let timer, turn = 0;
    const judge = async () => {
      const mine = ++turn;
      if (!judged.value) { meter.dataset.score = "0"; words.textContent = ""; return; }
      try {
        const answer = await fetch(judged.dataset.strength, {
          method: "POST", headers: { "content-type": "application/x-www-form-urlencoded" },
          body: new URLSearchParams({ password: judged.value }),
        });
        if (!answer.ok || mine !== turn) return;
        const { score, text } = await answer.json();
        meter.dataset.score = score;
        words.textContent = text;
      } catch { /* without the network the server judges when the form is sent */ }
    };
    judged.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(judge, 250); });
    $("#meter").hidden = false;
    const suggest = $("[data-suggest]");
    suggest?.addEventListener("click", async (event) => {
      event.preventDefault();
      const answer = await fetch(suggest.dataset.suggest, { method: "POST", headers: { accept: "application/json" } });
      if (!answer.ok) return;
      const { phrase } = await answer.json();
      all("[data-phrase]").forEach((field) => { field.value = phrase; field.type = "text"; });
      const reveal = $("[data-reveal]");
      if (reveal) { reveal.textContent = reveal.dataset.hide; reveal.setAttribute("aria-pressed", "true"); }
      judge();
      judged.focus();
    });
  }

  // Proof of work: asked for only when an address has failed often.
  const work = $("[data-work]");
  if (work && window.crypto?.subtle) {
    const task = JSON.parse(work.dataset.work);
    const field = $("#proof");
    const progress = $("#work-progress");
    progress.hidden = false;
    $("#work-wait").hidden = true;
    (async () => {
      const encoder = new TextEncoder();
      for (let start = 0; start <= task.maxnumber; start += 500) {
        const numbers = Array.from({ length: 500 }, (_, n) => start + n);
        const digests = await Promise.all(numbers.map((n) => crypto.subtle.digest("SHA-256", encoder.encode(task.salt + n))));
        for (let i = 0; i < digests.length; i++) {
          const hex = [...new Uint8Array(digests[i])].map((byte) => byte.toString(16).padStart(2, "0")).join("");
          if (hex === task.challenge) {
            const { algorithm, challenge, salt, signature } = task;
            field.value = btoa(JSON.stringify({ algorithm, challenge, number: numbers[i], salt, signature }));
            field.form.submit();
            return;
          }
        }
      }
    })();
  }
})();
