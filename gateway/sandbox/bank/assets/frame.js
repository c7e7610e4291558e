// The fields of the bank inside a payment page. What is typed goes to the bank
// alone; the page that embeds us is told a token.
"use strict";
(() => {
  const parentOrigin = document.body.dataset.parent;
  const method = document.body.dataset.method;
  const $ = (id) => document.getElementById(id);
  const names = method === "bank" ? ["holder", "routing", "account"] : ["number", "expiry", "cvc"];
  const inputs = names.map($);
  const say = (type, more) => window.parent.postMessage({ paylink: 1, type, ...more }, parentOrigin);
  const digits = (text) => text.replace(/\D/g, "");

  // Ranges by ISO/IEC 7812 issuer numbers, as the schemes publish them.
  const brands = [
    ["amex", "Amex", /^3[47]/], ["diners", "Diners", /^3(0[0-5]|[689])/], ["jcb", "JCB", /^35(2[89]|[3-8])/],
    ["discover", "Discover", /^6(011|4[4-9]|5)/], ["visa", "Visa", /^4/],
    ["mastercard", "Mastercard", /^(5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/],
  ];
  const brandOf = (d) => brands.find(([, , re]) => re.test(d)) || ["", "", null];
  const groups = (brand) => brand === "amex" || brand === "diners" ? [4, 10] : [4, 8, 12, 16];
  const lengths = { amex: [15], diners: [14, 16, 19], visa: [13, 16, 19], mastercard: [16], discover: [16, 19], jcb: [16, 17, 18, 19] };

  function luhn(d) {
    let sum = 0;
    for (let i = 0; i < d.length; i++) {
      let n = Number(d[d.length - 1 - i]);
      if (i % 2) { n *= 2; if (n > 9) n -= 9; }
      sum += n;
    }
    return sum % 10 === 0;
  }

  function aba(d) {
    if (d.length !== 9) return false;
    let sum = 0;
    for (let i = 0; i < 9; i++) sum += Number(d[i]) * [3, 7, 1][i % 3];
    return sum % 10 === 0;
  }

  // set writes a formatted value and keeps the caret behind the same digit.
  function set(input, text) {
    if (input.value === text) return;
    const before = digits(input.value.slice(0, input.selectionStart)).length;
    const atEnd = input.selectionStart === input.value.length;
    input.value = text;
    let at = 0;
    for (let seen = 0; at < text.length && seen < before; at++) if (/\d/.test(text[at])) seen++;
    if (atEnd) at = text.length;
    if (document.activeElement === input) input.setSelectionRange(at, at);
  }

  let brand = "";
  function typedNumber() {
    const d = digits($("number").value).slice(0, 19);
    const [name, shown] = brandOf(d);
    const parts = [];
    let from = 0;
    for (const cut of [...groups(name), 19]) {
      if (d.length > from) parts.push(d.slice(from, cut));
      from = cut;
    }
    set($("number"), parts.join(" "));
    if (name === brand) return;
    brand = name;
    $("brand").textContent = shown;
    $("brand").hidden = !shown;
    $("cvc").placeholder = name === "amex" ? "1234" : "123";
    say("brand", { brand });
  }

  function typedExpiry(event) {
    const input = $("expiry");
    let d = digits(input.value).slice(0, 6);
    if (/^[2-9]/.test(d)) d = "0" + d;
    if (/^\d\s*\//.test(input.value)) d = "0" + digits(input.value);
    const deleting = event && event.inputType && event.inputType.startsWith("delete");
    if (deleting && d.length <= 2) return;
    set(input, d.length >= 2 ? d.slice(0, 2) + " / " + d.slice(2) : d);
  }

  // fault is the name of the text that says what is wrong with a field, "" for nothing.
  const fault = {
    number() {
      const d = digits($("number").value);
      if (!d) return "number_missing";
      const fits = lengths[brandOf(d)[0]];
      return (fits ? fits.includes(d.length) : d.length >= 12) && luhn(d) ? "" : "number_invalid";
    },
    expiry() {
      const d = digits($("expiry").value);
      if (!d) return "expiry_missing";
      const month = Number(d.slice(0, 2));
      const year = d.length === 4 ? 2000 + Number(d.slice(2)) : Number(d.slice(2));
      const now = new Date();
      if (![4, 6].includes(d.length) || month < 1 || month > 12 || year < 2000 || year > now.getFullYear() + 50) return "expiry_invalid";
      return year * 12 + month < now.getFullYear() * 12 + now.getMonth() + 1 ? "expiry_past" : "";
    },
    cvc() {
      const v = $("cvc").value.trim();
      if (!v) return "cvc_missing";
      return new RegExp(brand === "amex" ? "^\\d{4}$" : brand ? "^\\d{3}$" : "^\\d{3,4}$").test(v) ? "" : "cvc_invalid";
    },
    routing() {
      const d = digits($("routing").value);
      return !d ? "routing_missing" : aba(d) ? "" : "routing_invalid";
    },
    account() {
      const d = digits($("account").value);
      return !d ? "account_missing" : d.length >= 4 && d.length <= 17 ? "" : "account_invalid";
    },
    holder: () => ($("holder").value.trim() ? "" : "holder_missing"),
  };

  function show(name, text) {
    const error = $(name + "-error");
    $(name).setAttribute("aria-invalid", text ? "true" : "false");
    error.textContent = text ? error.getAttribute("data-" + text) || text : "";
    error.hidden = !text;
  }

  // refused shows every fault, goes to the first and tells the page.
  function refused(faults) {
    const fields = names.filter((n) => faults[n]);
    for (const n of names) show(n, faults[n] || "");
    if (fields.length) $(fields[0]).focus();
    say("invalid", { fields });
  }

  let busy = false;
  async function tokenize() {
    if (busy) return;
    $("network").hidden = true;
    const faults = {};
    for (const n of names) {
      const f = fault[n]();
      if (f) faults[n] = f;
    }
    if (Object.keys(faults).length) return refused(faults);
    busy = true;
    say("busy", { busy });
    for (const i of inputs) i.readOnly = true;
    try {
      const body = { method };
      for (const n of names) body[n] = $(n).value;
      const answer = await fetch("/v1/tokens", {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal: AbortSignal.timeout(20000),
      });
      const got = await answer.json();
      if (answer.ok) say("token", { token: got.token, method: got.method });
      else if (answer.status === 422 && got.fields) refused(got.fields);
      else throw new Error("no token");
    } catch {
      $("network").hidden = false;
      say("failed");
    } finally {
      busy = false;
      for (const i of inputs) i.readOnly = false;
      say("busy", { busy });
    }
  }

  // Each style value must look like what it is for: nothing that loads or runs.
  const color = /^(#[0-9a-f]{3,8}|[a-z]{3,24}|(rgb|hsl)a?\([0-9.,%/ a-z]{3,40}\))$/i;
  const styles = {
    // color and background are the inputs'; labels stand on the page's own ground.
    color: ["--field-ink", color], label: ["--ink", color], background: ["--ground", color], border: ["--edge", color], accent: ["--accent", color], error: ["--bad", color],
    font: ["--font", /^[\w\s,"'-]{1,200}$/], radius: ["--radius", /^\d{1,2}(\.\d{1,2})?(px|rem|em)?$/],
  };
  function style(message) {
    for (const [name, [property, pattern]] of Object.entries(styles)) {
      const value = message[name];
      if (typeof value === "string" && pattern.test(value)) document.documentElement.style.setProperty(property, value);
    }
  }

  window.addEventListener("message", (event) => {
    if (event.source !== window.parent || event.origin !== parentOrigin) return;
    const m = event.data;
    if (!m || m.paylink !== 1) return;
    if (m.type === "tokenize") tokenize();
    if (m.type === "style") style(m);
  });

  $("form").addEventListener("submit", (event) => {
    event.preventDefault();
    say("enter");
  });
  for (const [i, input] of inputs.entries()) {
    // On leaving a field, not while typing; an empty field is told of at the end only.
    // A moment later, because the message makes the frame grow: a button of the page
    // that is just being pressed would move away from under the click.
    input.addEventListener("blur", () => setTimeout(() => {
      if (input.value.trim() && document.activeElement !== input) show(names[i], fault[names[i]]());
    }, 300));
    input.addEventListener("input", () => {
      $("network").hidden = true;
      if (input.getAttribute("aria-invalid") === "true" && !fault[names[i]]()) show(names[i], "");
    });
  }
  if (method === "card") {
    $("number").addEventListener("input", typedNumber);
    $("expiry").addEventListener("input", typedExpiry);
    typedNumber(); // a browser may have filled the fields before we ran
    typedExpiry();
  }

  let height = 0;
  new ResizeObserver(() => {
    const now = Math.ceil(document.body.getBoundingClientRect().height);
    if (now !== height) say("height", { height: (height = now) });
  }).observe(document.body);
  say("ready");
})();
