// Says when the front page has stories that this reader has not been shown. It asks only in tabs that are seen, holds
// no connection, and puts its words into a place of their own over the page, so that nothing moves.
(() => {
  'use strict';
  const box = document.querySelector('[data-live]');
  if (!box || !window.fetch) return;
  const key = 'front-cursor';
  const every = 30000;
  let memory = null;
  const read = () => { try { return localStorage.getItem(key) || memory; } catch { return memory; } };
  const keep = (cursor) => { memory = cursor; try { localStorage.setItem(key, cursor); } catch { /* private mode */ } };
  let timer = 0;
  let last = 0;
  let dismissed = null;

  const show = (answer) => {
    if (answer.cursor === dismissed || box.firstChild) return;
    const words = document.createElement('span');
    words.textContent = box.dataset.words + ' ';
    const link = document.createElement('a');
    link.href = answer.href;
    link.textContent = box.dataset.link;
    const close = document.createElement('button');
    close.type = 'button';
    close.setAttribute('aria-label', box.dataset.close);
    close.textContent = '×';
    close.addEventListener('click', () => { dismissed = answer.cursor; box.replaceChildren(); });
    box.replaceChildren(words, link, close);
  };

  const ask = async () => {
    timer = 0;
    if (document.hidden) return;
    last = Date.now();
    const since = read();
    try {
      const answer = await fetch(box.dataset.live + (since ? '?since=' + encodeURIComponent(since) : ''));
      if (answer.ok) {
        const news = await answer.json();
        if (!since) keep(news.cursor);
        else if (news.new > 0) show(news);
        else box.replaceChildren();
      }
    } catch { /* offline: asked again later */ }
    plan(every);
  };
  const plan = (wait) => { if (!timer && !document.hidden) timer = setTimeout(ask, wait * (0.9 + Math.random() / 5)); };

  // The front itself has been shown now, so its own cursor is where this reader stands.
  const own = document.body.dataset.cursor;
  if (own) keep(own);
  document.addEventListener('visibilitychange', () => {
    clearTimeout(timer);
    timer = 0;
    plan(Math.max(500, every - (Date.now() - last)));
  });
  plan(own ? every : 2000);
})();
