// Plays a video where its picture stands, when somebody asks for it and not before: until then nothing of its host is
// asked for. Without this script the link leads to the video's own page.
(() => {
  'use strict';
  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[data-player]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const player = document.createElement('iframe');
    player.src = link.dataset.player + '&autoplay=1';
    player.title = link.dataset.title;
    player.allow = 'autoplay; fullscreen; picture-in-picture';
    player.referrerPolicy = 'strict-origin';
    link.replaceWith(player);
    player.focus();
  });
})();
