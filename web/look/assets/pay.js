// The payment page works without this file; with it the form is two steps, card
// fields appear in the gateway's own frame, and a second press does nothing.
(() => {
'use strict';
let doc = document;
let form = doc.getElementById('pl-form');

const all = (selector, within) => Array.from((within || doc).querySelectorAll(selector));

all('[data-print]').forEach(b => {
  b.hidden = false;
  b.addEventListener('click', () => { window.print(); });
});
if (!form) return;

let root = doc.documentElement;
let steps = all('[data-step]', form);
let items = all('.p-steps-item', form);
let summary = form.querySelector('.pl-errors');
let pay = form.querySelector('.pl-pay');
let label = pay.querySelector('.p-button-label');
let labelText = label.textContent;
let at = steps.length;
let busy = false;
let frame = null;

function field(el) { return el.closest('.form-field'); }

function mark(el, text) {
  let box = field(el);
  if (!box) return;
  let bad = !!text;
  box.classList.toggle('form-field--invalid', bad);
  box.classList.toggle('has-error', bad);
  el.classList.toggle(el.tagName === 'SELECT' ? 'select--error' : 'EPF_form-element--error', bad);
  if (bad) el.setAttribute('aria-invalid', 'true'); else el.removeAttribute('aria-invalid');
  box.querySelector('.pl-err').textContent = text;
}

function check(el) {
  if (!el.dataset.e || !el.willValidate) return true;
  let ok = el.validity.valid && !(el.required && !el.value.trim());
  mark(el, ok ? '' : el.dataset.e);
  return ok;
}

// One summary on top takes the focus and links to each field.
function report(list) {
  let ul = summary.querySelector('ul');
  ul.textContent = '';
  list.forEach(one => {
    let li = doc.createElement('li');
    let to = li;
    if (one.id) {
      to = doc.createElement('a');
      to.href = '#' + one.id;
      li.appendChild(to);
    }
    to.textContent = one.text;
    ul.appendChild(li);
  });
  summary.hidden = !list.length;
  if (list.length) summary.focus();
}

summary.addEventListener('click', e => {
  let a = e.target.closest('a');
  let el = a && doc.getElementById(a.hash.slice(1));
  if (!el) return;
  e.preventDefault();
  let step = el.closest('[data-step]');
  if (step) show(+step.dataset.step);
  el.focus();
});

function checkAll(within) {
  let bad = all('[data-e]', within).filter(el => !check(el));
  report(bad.map(el => { return { id: el.id, text: el.dataset.e }; }));
  return !bad.length;
}

form.addEventListener('focusout', e => {
  let el = e.target;
  if (el.dataset && el.dataset.e && (el.value || el.getAttribute('aria-invalid'))) check(el);
});
form.addEventListener('input', e => {
  let el = e.target;
  if (el.getAttribute('aria-invalid') && el.validity.valid) check(el);
  if (el.name === 'amount') sum(el);
});

// Steps: both stand on the page; the script shows one at a time.
function show(n) {
  at = n;
  steps.forEach(s => { s.hidden = +s.dataset.step !== n; });
  items.forEach((li, i) => {
    let here = i + 1 === n;
    li.classList.toggle('p-highlight', here);
    li.classList.toggle('p-steps-current', here);
    li.classList.toggle('p-disabled', i + 1 > n);
    if (here) li.setAttribute('aria-current', 'step'); else li.removeAttribute('aria-current');
  });
  if (n === steps.length) card();
}
function go(n) {
  show(n);
  let h = steps[n - 1].querySelector('h2');
  if (h) h.focus();
  window.scrollTo(0, form.getBoundingClientRect().top + window.pageYOffset - 24);
}
function next() {
  if (!checkAll(steps[0])) return;
  window.history.pushState({ step: 2 }, '');
  go(2);
}
if (steps.length > 1) {
  all('.pl-next, .pl-back', form).forEach(b => { b.hidden = false; });
  form.querySelector('.pl-next').addEventListener('click', next);
  form.querySelector('.pl-back').addEventListener('click', () => { go(1); });
  window.addEventListener('popstate', e => { go(e.state && e.state.step || 1); });
}

// The amount that the payer types is shown where it will be charged.
function sum(el) {
  let code = el.dataset.currency;
  let dot = el.dataset.decimal;
  let text = el.value.trim().replace(/[\s\u00a0\u202f]/g, '');
  if (el.validity.valid && text) {
    if (dot === ',') text = /,/.test(text) ? text.replace(/\./g, '').replace(',', '.') : text;
    else text = text.replace(/,/g, '');
    try { text = new Intl.NumberFormat(form.dataset.locale, { style: 'currency', currency: code }).format(text); } catch (_) { text += ' ' + code; }
  } else {
    text = '';
  }
  all('[data-sum]').forEach(s => {
    if (!s.dataset.was) s.dataset.was = s.textContent || ' ';
    s.textContent = text || s.dataset.was.trim();
    s.classList.toggle('pl-open', !text);
    if (s.classList.contains('pl-sum')) s.hidden = !s.textContent;
  });
}
all('[name=amount]', form).forEach(sum);

// Country first: the server says what an address needs there.
let country = form.querySelector('[name=country]');
if (country) {
  all('.pl-update', form).forEach(b => { b.hidden = true; });
  country.addEventListener('change', () => {
    fetch(form.action + '?country=' + encodeURIComponent(country.value) + '&lang=' + form.dataset.lang)
      .then(r => r.text())
      .then(html => {
        let fresh = new DOMParser().parseFromString(html, 'text/html').getElementById('pl-address');
        let old = doc.getElementById('pl-address');
        if (!fresh || !old) return;
        all('[name]', fresh).forEach(el => {
          let was = old.querySelector('[name="' + el.name + '"]');
          if (was && el.tagName === was.tagName && el.tagName !== 'SELECT') el.value = was.value;
        });
        old.replaceWith(fresh);
      })
      .catch(() => {});
  });
}

// Card fields live in the gateway's frame: this page never sees a number.
function chosen() {
  let el = form.querySelector('[name=method]:checked, [name=method][type=hidden]');
  return el ? el.value : '';
}
function card() {
  let method = chosen();
  let box = form.querySelector('[data-frame][data-for="' + method + '"]');
  frame = box && box.frame || null;
  if (!box || frame) return;
  let el = doc.createElement('iframe');
  el.className = 'pl-frame';
  el.title = box.dataset.title;
  el.setAttribute('allow', 'payment');
  el.height = box.dataset.height;
  el.src = box.dataset.frame + (box.dataset.frame.indexOf('?') < 0 ? '?' : '&') + 'parent=' + encodeURIComponent(location.origin) +
    '&lang=' + encodeURIComponent(root.lang) + '&method=' + method;
  frame = box.frame = { el: el, ready: false, origin: new URL(box.dataset.frame).origin, method: method };
  box.textContent = '';
  box.appendChild(el);
}
all('[type=radio][name=method]', form).forEach(r => { r.addEventListener('change', card); });

function send(f, message) { message.paylink = 1; f.el.contentWindow.postMessage(message, f.origin); }
function dress(f) {
  let s = getComputedStyle(form.querySelector('.pl-probe'));
  let a = getComputedStyle(pay);
  send(f, { type: 'style', label: getComputedStyle(f.el.parentNode).color, color: s.color, background: s.backgroundColor, border: s.borderBottomColor,
    accent: a.backgroundColor, font: s.fontFamily, radius: s.borderTopLeftRadius });
}
window.addEventListener('message', e => {
  let m = e.data;
  let f = all('[data-frame]', form).map(b => b.frame).filter(x => {
    return x && x.el.contentWindow === e.source && x.origin === e.origin;
  })[0];
  if (!f || !m || m.paylink !== 1) return;
  if (m.type === 'ready') { f.ready = true; dress(f); }
  if (m.type === 'height' && m.height > 0 && m.height < 2000) f.el.height = Math.ceil(m.height);
  if (m.type === 'brand') all('[data-brand]', form).forEach(b => { b.classList.toggle('epf-cc-selected', b.dataset.brand === m.brand); });
  if (m.type === 'enter' && f === frame) pay.click();
  if (m.type === 'invalid') rest();
  if (m.type === 'failed') { rest(); report([{ text: form.dataset.failed }]); }
  if (m.type === 'token' && busy && f === frame) {
    form.elements.gateway_token.value = m.token;
    form.submit();
  }
});

// Pressed once.
function work() {
  busy = true;
  pay.classList.add('pl-busy');
  pay.setAttribute('aria-disabled', 'true');
  label.textContent = form.dataset.paying;
}
function rest() {
  busy = false;
  pay.classList.remove('pl-busy');
  pay.removeAttribute('aria-disabled');
  label.textContent = labelText;
}
form.addEventListener('submit', e => {
  if (busy) { e.preventDefault(); return; }
  if (at < steps.length) { e.preventDefault(); next(); return; }
  if (!checkAll(form)) { e.preventDefault(); return; }
  if (!chosen()) {
    e.preventDefault();
    report([{ id: form.querySelector('[name=method]').id, text: form.dataset.choose }]);
    return;
  }
  let hosted = e.submitter && e.submitter.name === 'way';
  if (!hosted && frame && frame.ready && frame.method === chosen()) {
    e.preventDefault();
    work();
    send(frame, { type: 'tokenize' });
    return;
  }
  work();
});
// A page that comes back from the browser's memory holds a spent attempt.
window.addEventListener('pageshow', e => { if (e.persisted) location.reload(); });

// The bar gets its ground only while it floats over the form.
if (window.IntersectionObserver) {
  new IntersectionObserver(seen => {
    seen[0].target.classList.toggle('pl-stuck', seen[0].intersectionRatio < 1);
  }, { threshold: [1], rootMargin: '0px 0px -1px 0px' }).observe(pay.closest('.pl-bar'));
}

if (summary.dataset.server) { show(+form.dataset.start || 1); summary.focus(); } else { show(1); }
root.classList.add('pl-js');
})();
