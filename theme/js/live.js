// Says when the front page has stories that this reader has not been shown. A tab that is seen holds a stream; without
// streams it asks from time to time, and a hidden tab does neither. The words stand over the page, so nothing moves.
(() => {
  'use strict';
  const box = document.querySelector('[data-live]');
  if (!box) return;
  const key = 'front-cursor';
  const every = 30000;
  // A cursor is a time and an id in bytes, so that the newer one is the greater.
  const raw = (cursor) => { try { return atob(cursor.replace(/-/g, '+').replace(/_/g, '/')); } catch { return ''; } };
  let memory = null;
  const read = () => { try { return localStorage.getItem(key) || memory; } catch { return memory; } };
  const keep = (cursor) => {
    const known = read();
    // A front out of a browser's store may be older than what this reader saw since.
    if (!cursor || (known && raw(known) > raw(cursor))) return;
    memory = cursor;
    try { localStorage.setItem(key, cursor); } catch { /* private mode */ }
  };
  let dismissed = '';

  const show = (href) => {
    if (box.firstChild) return;
    const words = document.createElement('span');
    words.textContent = box.dataset.words + ' ';
    const link = document.createElement('a');
    link.href = href;
    link.textContent = box.dataset.link;
    const close = document.createElement('button');
    close.type = 'button';
    close.setAttribute('aria-label', box.dataset.close);
    close.textContent = '×';
    close.addEventListener('click', () => { dismissed = newest; box.replaceChildren(); });
    box.replaceChildren(words, link, close);
  };

  let newest = '';
  const hear = (news) => {
    newest = news.cursor;
    const since = read();
    if (!since) keep(newest);
    else if (newest === dismissed) return;
    // What was new may have been withdrawn since.
    else if (raw(newest) > raw(since)) show(news.href);
    else box.replaceChildren();
  };

  let stream = null;
  let timer = 0;
  let streams = 'EventSource' in window;
  const ask = async () => {
    timer = 0;
    const since = read();
    try {
      const answer = await fetch(box.dataset.live + (since ? '?since=' + encodeURIComponent(since) : ''));
      if (answer.ok) hear(await answer.json());
    } catch { /* offline: asked again later */ }
    dispatchEvent(new Event('masthead:open'));
    begin();
  };
  const begin = () => {
    if (document.hidden || stream || timer) return;
    if (!streams) { timer = setTimeout(ask, every * (0.9 + Math.random() / 5)); return; }
    stream = new EventSource(box.dataset.events);
    stream.addEventListener('front', (event) => hear(JSON.parse(event.data)));
    for (const name of ['comments', 'entries']) {
      stream.addEventListener(name, (event) => dispatchEvent(new CustomEvent('masthead:' + name, { detail: JSON.parse(event.data) })));
    }
    stream.addEventListener('open', () => dispatchEvent(new Event('masthead:open')));
    stream.addEventListener('error', () => {
      // The browser comes back by itself unless it was refused.
      if (stream && stream.readyState === EventSource.CLOSED) { streams = false; end(); begin(); }
    });
  };
  const end = () => {
    if (stream) stream.close();
    stream = null;
    clearTimeout(timer);
    timer = 0;
  };

  // The front itself has been shown now, so its own cursor is where this reader stands.
  keep(document.body.dataset.cursor);
  // A tab that another one was read in beside may have nothing new left to say.
  addEventListener('storage', (event) => { if (event.key === key && newest) hear({ cursor: newest, href: '/' }); });
  addEventListener('pagehide', end);
  addEventListener('pageshow', (event) => { if (event.persisted) begin(); });
  document.addEventListener('visibilitychange', () => { if (document.hidden) end(); else begin(); });
  // Not before the page is there: a stream must not keep it from its pictures.
  if (document.readyState === 'complete') begin(); else addEventListener('load', () => setTimeout(begin, 1000));
})();

// The browser may show a page that it kept from before its reader signed in. Whoever went to sign in, or was seen signed
// in, is asked for by such a page, which is then fetched anew; it costs others nothing.
(() => {
  'use strict';
  const key = 'signed-in';
  const door = 'a[href^="/sign-in"]';
  const note = (known) => { try { if (known) localStorage.setItem(key, '1'); else localStorage.removeItem(key); } catch { /* private mode */ } };
  const noted = () => { try { return localStorage.getItem(key); } catch { return null; } };
  addEventListener('click', (event) => { if (event.target.closest(door)) note(true); });
  const look = async (again) => {
    const corner = document.querySelector('.ends');
    if (!corner) return;
    if (!corner.querySelector(door)) { note(true); return; }
    if (!noted() || again) return;
    try {
      const answer = await fetch('/fragments/account');
      if (!answer.ok) return;
      if ((await answer.text()).includes('href="/sign-in"')) note(false);
      else location.reload();
    } catch { /* offline: asked again on the next page */ }
  };
  const [visit] = performance.getEntriesByType('navigation');
  // A page that was just fetched anew and still knows nobody comes from a cache that this reader can't help.
  look(visit && visit.type === 'reload');
  addEventListener('pageshow', (event) => { if (event.persisted) look(false); });
})();
