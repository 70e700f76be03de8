// The officers' part: passkeys for signing in, enrolling, and each decision.
"use strict";
(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];

  // Passkeys are bound to one name of this machine; by another one (127.0.0.1 for localhost) they would not work.
  const origin = document.querySelector("[data-origin]")?.dataset.origin;
  if (origin && origin !== location.origin) {
    location.replace(origin + location.pathname + location.search);
    return;
  }

  // The last two minutes of a session are announced once.
  const ending = document.querySelector("[data-ending]");
  if (ending) {
    const left = Number(ending.dataset.ending) - Number(document.body.dataset.now || 0);
    setTimeout(() => { ending.hidden = false; }, Math.max(0, left - 120_000));
  }

  if (!window.PublicKeyCredential || !navigator.credentials) return;
  all("[data-needs-script]").forEach((element) => { element.hidden = false; });

  const bytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (c) => c.charCodeAt(0));
  };
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  const named = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));

  /** Asks the authenticator; answers what the server verifies. */
  const ask = async (kind, options) => {
    const publicKey = { ...options, challenge: bytes(options.challenge) };
    if (kind === "create") {
      publicKey.user = { ...options.user, id: bytes(options.user.id) };
      publicKey.excludeCredentials = named(options.excludeCredentials);
    } else {
      publicKey.allowCredentials = named(options.allowCredentials);
    }
    const credential = await navigator.credentials[kind]({ publicKey });
    const { response } = credential;
    const answer = { clientDataJSON: text(response.clientDataJSON) };
    if (kind === "create") {
      answer.attestationObject = text(response.attestationObject);
    } else {
      answer.authenticatorData = text(response.authenticatorData);
      answer.signature = text(response.signature);
      answer.userHandle = response.userHandle ? text(response.userHandle) : null;
    }
    return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response: answer, extensions: {} });
  };

  const begin = async (address, fields) => {
    const answer = await fetch(address, {
      method: "POST", headers: { accept: "application/json", "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams(fields),
    });
    if (answer.ok) return answer.json();
    const error = new Error(String(answer.status));
    error.name = answer.status === 429 ? "Busy" : "Failed";
    throw error;
  };

  const say = (place, error) => {
    const words = place.dataset;
    const said = place.querySelector("[data-said]");
    const which = { NotAllowedError: words.cancelled, AbortError: words.cancelled, InvalidStateError: words.known, Busy: words.busy };
    if (said) said.textContent = which[error.name] || words.failed;
  };

  // Before the page's other listeners: a form that is not ready yet is not counted as sent.
  const asking = new WeakSet();
  addEventListener("submit", async (event) => {
    const form = event.target;
    const place = form.matches("[data-passkey]") ? form : form.querySelector("[data-touch][data-has-passkey]");
    if (!place || form.dataset.touched) return;
    // A typed code is the other way; it goes as it is.
    if (form.querySelector("[name=touch_code]")?.value.trim()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (asking.has(form)) return;
    asking.add(form);
    place.querySelector("[data-said]").textContent = "";
    try {
      const touch = place.dataset.touch;
      const begun = touch
        ? await begin("/ventanilla/toque", { purpose: touch })
        : await begin(place.dataset.begin, { email: form.elements.email?.value ?? "" });
      const answer = await ask(place.dataset.passkey ?? "get", begun.publicKey);
      form.elements[touch ? "touch_ceremony" : "ceremony"].value = begun.ceremony;
      form.elements[touch ? "touch_assertion" : "assertion"].value = answer;
      form.dataset.touched = "1";
      form.requestSubmit(event.submitter ?? undefined);
      setTimeout(() => { delete form.dataset.touched; }, 8000);
    } catch (error) {
      say(place, error);
    } finally {
      asking.delete(form);
    }
  }, true);
})();
