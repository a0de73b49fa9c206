// Fills the parts of a page that depend on the reader's places, where a shared cache kept the page: the origin fills them
// itself. What fills them is the same for everybody in a place, and is asked for without cookies.
(() => {
  'use strict';
  const kept = /(?:^|; )(?:__Secure-)?place=([\d-]+)/.exec(document.cookie);
  if (!kept) return;
  const places = kept[1].split('-');
  for (const hole of document.querySelectorAll('[data-component]')) {
    const place = places[hole.dataset.at];
    if (!place) continue;
    fetch('/fragments/' + hole.dataset.component + '?place=' + place, { credentials: 'omit' })
      .then((answer) => (answer.ok ? answer.text() : ''))
      .then((html) => { if (html) hole.outerHTML = html; })
      .catch(() => {});
  }
})();
