// Says once that the story of this page is being read: its id alone, without cookies. A page that is rendered ahead or
// lies in a hidden tab says nothing, nor does one that is left at once.
(() => {
  'use strict';
  const story = document.currentScript.dataset.story;
  let timer = 0;
  const tell = () => {
    removeEventListener('visibilitychange', look, true);
    fetch('/live/reads', { method: 'POST', body: story, credentials: 'omit', keepalive: true }).catch(() => {});
  };
  const look = () => {
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(tell, 3000);
  };
  addEventListener('visibilitychange', look, true);
  look();
})();
