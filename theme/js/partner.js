// Says once that the page's partner slot was in sight: its id alone, without cookies. A second with half of it on a
// page that is looked at counts.
(() => {
  'use strict';
  const slot = document.querySelector('[data-slot]');
  if (!slot || !('IntersectionObserver' in window)) return;
  let timer = 0;
  const tell = () => {
    watch.disconnect();
    fetch('/live/partners', { method: 'POST', body: slot.dataset.slot, credentials: 'omit', keepalive: true }).catch(() => {});
  };
  const watch = new IntersectionObserver(([seen]) => {
    clearTimeout(timer);
    if (seen.isIntersecting && !document.hidden) timer = setTimeout(tell, 1000);
  }, { threshold: 0.5 });
  watch.observe(slot);
})();
