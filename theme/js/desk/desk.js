// The desk by keyboard, and what a story's form gains from script: its words are counted while they are typed, leaving with
// changes asks first, and others who have the story open are named as they come and go. All of it works without.
(() => {
  'use strict';
  const typing = (target) => target.matches('input, textarea, select');
  const lines = [...document.querySelectorAll('.stories .line')];
  let at = -1;
  const move = (step) => {
    if (!lines.length) return;
    if (lines[at]) lines[at].classList.remove('now');
    at = Math.min(Math.max(at + step, 0), lines.length - 1);
    lines[at].classList.add('now');
    lines[at].querySelector('a').focus();
  };
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey) {
      const save = document.querySelector('#story button[name=save]');
      if (event.key === 's' && save) { event.preventDefault(); save.click(); }
      return;
    }
    if (event.altKey || typing(event.target) || document.querySelector('.review')) return;
    const keys = { j: () => move(1), k: () => move(-1), '/': () => document.getElementById('q')?.focus() };
    const act = keys[event.key];
    if (act && (event.key !== '/' || document.getElementById('q'))) { event.preventDefault(); act(); }
  });

  const form = document.getElementById('story');
  if (!form) return;
  const body = form.elements.body;
  const words = document.getElementById('words');
  // As the server counts: runs between white space that hold a letter or a digit.
  const count = () => {
    const n = body.value.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
    words.textContent = `${n.toLocaleString('en')} ${words.dataset.unit}`;
  };
  let wait = 0;
  let changed = form.dataset.changed === 'yes';
  form.addEventListener('input', (event) => {
    changed = true;
    if (event.target !== body) return;
    clearTimeout(wait);
    wait = setTimeout(count, 300);
  });
  form.addEventListener('submit', (event) => {
    // A preview is another tab: what was typed is still here alone.
    if (event.submitter?.formTarget !== '_blank') changed = false;
  });
  // A browser asks nobody who has not touched the page.
  addEventListener('beforeunload', (event) => {
    if (changed && navigator.userActivation?.hasBeenActive) event.preventDefault();
  });

  const presence = form.dataset.presence;
  const others = document.getElementById('others');
  if (!presence) return;
  const keep = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(presence, { method: 'POST', headers: { accept: 'application/json' }, body: new URLSearchParams() });
      if (!answer.ok) return;
      const names = (await answer.json()).others;
      const said = names.length ? `${others.dataset.line} ${names.join(', ')}` : '';
      if (others.textContent.trim() !== said) others.textContent = said;
      others.hidden = !names.length;
    } catch { /* No network: nobody is named, and the next try is soon. */ }
  };
  setInterval(keep, 30000);
  addEventListener('pagehide', () => navigator.sendBeacon(presence, new URLSearchParams({ leave: 'yes' })));
})();
