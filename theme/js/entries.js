// New entries of a live story while somebody reads: a line over the page says how many, and nothing moves until it is
// pressed. Without this script the page's own address has them all.
(() => {
  'use strict';
  let box = document.getElementById('entries');
  const said = document.querySelector('.fresh');
  if (!box || !said) return;
  // A cursor is a time and an id in bytes, so that the newer one is the greater.
  const raw = (cursor) => { try { return atob(cursor.replace(/-/g, '+').replace(/_/g, '/')); } catch { return ''; } };
  const button = document.createElement('button');
  button.type = 'button';
  let told = null;

  // The news name the newest entries, and of older ones they say nothing.
  const isTold = (entry) => told.whole || raw(entry.dataset.c) >= raw(told.entries[told.entries.length - 1] || '');
  const isGone = (entry) => isTold(entry) && !told.entries.includes(entry.dataset.c);

  const hear = (news) => {
    if (news.story !== box.dataset.story) return;
    told = news;
    const seen = raw(box.dataset.cursor);
    const fresh = news.entries.filter((cursor) => raw(cursor) > seen).length;
    if (fresh) {
      const words = fresh === 1 ? said.dataset.one : said.dataset.many.replace('#', fresh);
      if (button.textContent !== words) button.textContent = words;
      if (!button.isConnected) said.append(button);
    } else said.replaceChildren();
    // What was taken back is not to be read any more, and leaves its place empty, so that nothing moves.
    for (const entry of box.querySelectorAll('[data-c]')) {
      if (isTold(entry)) entry.classList.toggle('gone', isGone(entry));
    }
  };

  const show = async (tries) => {
    // A later part of the entries is another page.
    if (box.dataset.later) { location.assign(location.pathname + '#entries'); return; }
    try {
      const answer = await fetch(location.pathname, { cache: 'no-cache' });
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const next = page.getElementById('entries');
      if (!answer.ok || !next) throw new Error();
      // The stream can be a moment ahead of the page, which then lacks an entry or has one that was taken back.
      const lags = raw(next.dataset.cursor) < raw(told.cursor) || [...next.querySelectorAll('[data-c]')].some(isGone);
      if (tries && lags) { setTimeout(show, 300, tries - 1); return; }
      box.replaceWith(next);
      box = next;
      hear(told);
      box.querySelector('h2').focus();
    } catch { location.reload(); }
  };
  button.addEventListener('click', () => show(5));

  const ask = async () => {
    try {
      const answer = await fetch('/live/stories/' + box.dataset.story + '.json', { cache: 'no-cache' });
      if (answer.ok) hear(await answer.json());
    } catch { /* offline: asked again when the stream is back */ }
  };
  // The script of the front's news holds the stream; it opens again after a sleep, when this page may have missed much.
  addEventListener('masthead:entries', (event) => hear(event.detail));
  addEventListener('masthead:open', ask);
})();
