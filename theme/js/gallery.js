// Leafs through a gallery by arrow keys and by swiping. Both follow the links that stand on the page, so that there is
// one way through a gallery, and every picture has its address and its place in the browser's history.
(() => {
  'use strict';
  const leaf = document.querySelector('[data-leaf]');
  if (!leaf) return;
  const rtl = document.documentElement.dir === 'rtl';
  const go = (rel) => { const link = leaf.querySelector(`a[rel=${rel}]`); if (link) location.assign(link.href); };
  document.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.target.closest('input,textarea,select,[contenteditable]')) return;
    if (event.key === 'ArrowRight') go(rtl ? 'prev' : 'next');
    if (event.key === 'ArrowLeft') go(rtl ? 'next' : 'prev');
  });
  let from = null;
  const figure = leaf.querySelector('figure');
  figure.addEventListener('touchstart', (event) => {
    from = event.touches.length === 1 ? event.touches[0] : null;
  }, { passive: true });
  figure.addEventListener('touchend', (event) => {
    if (!from) return;
    const to = event.changedTouches[0];
    const [x, y] = [to.clientX - from.clientX, to.clientY - from.clientY];
    from = null;
    // Scrolling down and pinching are no swipes.
    if (Math.abs(x) < 48 || Math.abs(x) < 2 * Math.abs(y) || (window.visualViewport && visualViewport.scale > 1.01)) return;
    go((x < 0) !== rtl ? 'next' : 'prev');
  }, { passive: true });
})();
