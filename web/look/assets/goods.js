// The buttons beside a quantity; without this file it is a number to type.
(() => {
'use strict';
document.querySelectorAll('[data-by]').forEach(button => {
  button.hidden = false;
  button.addEventListener('click', () => {
    const field = button.parentNode.querySelector('input');
    const n = +field.value + +button.dataset.by;
    if (n < field.min || n > field.max) return;
    field.value = n;
    field.dispatchEvent(new Event('input', { bubbles: true }));
  });
});
})();
