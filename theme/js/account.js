// Shows the address that a username would have while it is typed.
(() => {
  'use strict';
  for (const place of document.querySelectorAll('[data-preview]')) {
    const field = document.getElementById(place.dataset.preview);
    if (!field) continue;
    const sample = field.value ? '…' : place.textContent;
    field.addEventListener('input', () => {
      place.textContent = field.value.trim().toLowerCase() || sample;
    });
  }
})();
