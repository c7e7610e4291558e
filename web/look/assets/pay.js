// The payment page works without this file; with it the form is two steps, card
// fields appear in the gateway's own frame, and a second press does nothing.
(() => {
'use strict';
const doc = document;
const all = (selector, within) => [...(within || doc).querySelectorAll(selector)];
const on = (target, type, act) => target.addEventListener(type, act);

all('[data-print]').forEach(b => {
  b.hidden = false;
  on(b, 'click', () => print());
});
const form = doc.getElementById('pl-form');
if (!form) return;

const find = selector => form.querySelector(selector);
const words = form.dataset;
const steps = all('[data-step]', form);
const summary = find('.pl-errors');
const pay = find('.pl-pay');
const label = find('.pl-pay .p-button-label');
const labelText = label.textContent;
let at = 1;
let busy = false;
const frames = [];
let frame = null;

function mark(el, text) {
  const box = el.closest('.form-field');
  const bad = !!text;
  box.classList.toggle('form-field--invalid', bad);
  box.classList.toggle('has-error', bad);
  el.classList.toggle(el.type === 'select-one' ? 'select--error' : 'EPF_form-element--error', bad);
  el.setAttribute('aria-invalid', bad);
  box.querySelector('.pl-err').textContent = text;
}

function check(el) {
  const ok = el.validity.valid && !(el.required && !el.value.trim());
  mark(el, ok ? '' : el.dataset.e);
  return ok;
}

// One summary on top takes the focus and links to each field.
function report(list) {
  find('.pl-errors ul').replaceChildren(...list.map(([text, id]) => {
    const li = doc.createElement('li');
    const a = doc.createElement(id ? 'a' : 'span');
    a.href = '#' + id;
    a.append(text);
    li.append(a);
    return li;
  }));
  summary.hidden = !list.length;
  if (list.length) summary.focus();
  return !list.length;
}
on(summary, 'click', e => {
  const el = e.target.hash && find(e.target.hash);
  if (!el) return;
  e.preventDefault();
  show(+el.closest('[data-step]').dataset.step);
  el.focus();
});

const checkAll = within => report(all('[data-e]', within).filter(el => !check(el)).map(el => [el.dataset.e, el.id]));

// Not while a button is pressed: a message would move it away from under the click,
// and whatever the button does checks the fields anyway.
on(form, 'focusout', e => {
  const el = e.target;
  if (el.dataset.e && (el.value || el.ariaInvalid) && !find('button:active')) check(el);
});
on(form, 'input', e => {
  const el = e.target;
  if (el.ariaInvalid && el.validity.valid) check(el);
  if (money) sum();
});

// Steps: both stand on the page; the script shows one at a time.
function show(n) {
  at = n;
  steps.forEach(s => { s.hidden = +s.dataset.step !== n; });
  all('.p-steps-item', form).forEach((li, i) => {
    const here = i + 1 === n;
    li.classList.toggle('p-highlight', here);
    li.classList.toggle('p-steps-current', here);
    li.classList.toggle('p-disabled', i + 1 > n);
    li.setAttribute('aria-current', here ? 'step' : 'false');
  });
  if (n === steps.length) card();
}
function go(n) {
  show(n);
  steps[n - 1].querySelector('h2').focus();
  scrollTo(0, form.getBoundingClientRect().top + scrollY - 24);
}
function next() {
  if (!checkAll(steps[0]) || !bought()) return;
  history.pushState(2, '');
  go(2);
}
if (steps[1]) {
  find('.pl-bar').hidden = find('.pl-back').hidden = false;
  on(find('.pl-next'), 'click', next);
  on(find('.pl-back'), 'click', () => go(1));
  on(window, 'popstate', e => go(e.state || 1));
}

// What the payer decides is added up as the server does it, in whole minor units, and
// shown where it will be charged.
const money = words.money && JSON.parse(words.money);
function say(minor) {
  const [digits, keep, mark, group, least, before, after] = money;
  const text = String(minor).padStart(digits + 1, '0');
  let whole = text.slice(0, text.length - digits);
  let frac = text.slice(whole.length);
  while (frac.length > keep && frac.endsWith('0')) frac = frac.slice(0, -1);
  if (whole.length > 2 + least) whole = whole.replace(/\B(?=(\d{3})+$)/g, group);
  return before + whole + (frac && mark + frac) + after;
}
function typed(el) {
  let text = el.value.replace(/[\s\u00a0\u202f]/g, '');
  text = money[2] === '.' ? text.replace(/,/g, '') : /,/.test(text) ? text.replace(/\./g, '').replace(',', '.') : text;
  const [whole, frac = ''] = text.split('.');
  return el.value && el.validity.valid ? BigInt(whole + frac.padEnd(money[0], '0')) : 0n;
}
function sum() {
  let net = BigInt(words.base);
  all('[data-each]', form).forEach(el => {
    const cost = BigInt(el.validity.valid && el.value || 0) * BigInt(el.dataset.each);
    el.closest('li').querySelector('.pl-line').textContent = cost ? say(cost) : '';
    net += cost;
  });
  if (find('[data-each]:invalid')) net = 0n;
  all('[name=amount]', form).forEach(el => { net += typed(el); });
  const levy = (net * BigInt(words.percent) + 500000n) / 1000000n;
  const text = net ? say(net + levy) : '';
  form.elements.told.value = net ? net + levy : '';
  all('[data-levy]').forEach(el => { el.textContent = say(levy); });
  all('[data-sum]').forEach(s => {
    s.textContent = text || s.dataset.sum;
    s.classList.toggle('pl-open', !text);
    s.hidden = !s.textContent;
  });
  return net;
}
if (money) sum();
// Something must be bought.
function bought() {
  const first = find('[data-each]');
  return !first || sum() > 0n || report([[find('.pl-order').dataset.none, first.id]]);
}

// Country first: the server says what an address needs there.
const country = find('[name=country]');
if (country) on(country, 'change', async () => {
  const html = await fetch(form.action + '?country=' + country.value + '&lang=' + words.lang).then(r => r.text(), () => '');
  const fresh = new DOMParser().parseFromString(html, 'text/html').getElementById('pl-address');
  const old = find('#pl-address');
  if (!fresh) return;
  all('input, textarea', fresh).forEach(el => {
    const was = old.querySelector('#' + el.id);
    if (was) el.value = was.value;
  });
  old.replaceWith(fresh);
});

// Card fields live in the gateway's frame: this page never sees a number.
const chosen = () => (find('[name=method]:checked, [name=method][type=hidden]') || {}).value;
function card() {
  const method = chosen();
  const box = find('[data-for="' + method + '"]');
  frame = box && box.frame;
  if (!box || frame) return;
  const el = doc.createElement('iframe');
  el.className = 'pl-frame';
  el.title = box.dataset.title;
  el.height = box.dataset.height;
  const url = new URL(box.dataset.frame);
  url.searchParams.set('parent', location.origin);
  url.searchParams.set('lang', words.lang);
  url.searchParams.set('method', method);
  el.src = url;
  frames.push(frame = box.frame = { el, origin: url.origin });
  box.replaceChildren(el);
}
all('[name=method]', form).forEach(r => on(r, 'change', card));

const send = (f, type, more) => f.el.contentWindow.postMessage({ paylink: 1, type, ...more }, f.origin);
// The frame's fields look as the page's own do under its theme, by day and by night.
function dress(f) {
  const s = getComputedStyle(find('.pl-probe'));
  send(f, 'style', { label: getComputedStyle(f.el.parentNode).color, color: s.color, background: s.backgroundColor, border: s.borderBottomColor,
    accent: getComputedStyle(pay).backgroundColor, font: s.fontFamily, radius: s.borderTopLeftRadius });
}
matchMedia('(prefers-color-scheme:dark)').onchange = () => frames.forEach(dress);
on(window, 'message', e => {
  const f = frames.find(x => x.el.contentWindow === e.source && x.origin === e.origin);
  const m = e.data;
  if (!f || !m || m.paylink !== 1) return;
  if (m.type === 'ready') {
    f.ready = true;
    dress(f);
  }
  if (m.type === 'height' && m.height > 0 && m.height < 2000) f.el.height = Math.ceil(m.height);
  if (m.type === 'brand') all('[data-brand]', form).forEach(b => b.classList.toggle('epf-cc-selected', b.dataset.brand === m.brand));
  if (f !== frame) return;
  if (m.type === 'enter') pay.click();
  if (m.type === 'invalid') work(false);
  if (m.type === 'failed') {
    work(false);
    report([[words.failed]]);
  }
  if (m.type === 'token' && busy) {
    form.elements.gateway_token.value = m.token;
    form.submit();
  }
});

// Pressed once.
function work(yes) {
  busy = yes;
  pay.classList.toggle('pl-busy', yes);
  pay.setAttribute('aria-disabled', yes);
  label.textContent = yes ? words.paying : labelText;
}
on(form, 'submit', e => {
  const stop = () => e.preventDefault();
  if (busy) return stop();
  if (at < steps.length) {
    stop();
    return next();
  }
  if (!checkAll(form) || !bought()) return stop();
  if (!chosen()) {
    stop();
    report([[words.choose, find('[name=method]').id]]);
    return;
  }
  work(true);
  // Without its fields the gateway asks for them on its own page.
  if (e.submitter.name !== 'way' && frame && frame.ready) {
    stop();
    send(frame, 'tokenize');
  }
});
// A page that comes back from the browser's memory holds a spent attempt.
on(window, 'pageshow', e => { if (e.persisted) location.reload(); });

// The bar gets its ground only while it floats over the form.
const floats = new IntersectionObserver(seen => seen.forEach(s => s.target.classList.toggle('pl-stuck', s.intersectionRatio < 1)),
  { threshold: 1, rootMargin: '0px 0px -1px' });
all('.pl-bar', form).forEach(b => floats.observe(b));

show(+words.start || 1);
if (words.server) summary.focus();
})();
