/* Counts words while somebody writes, and saves the draft when they pause. The server counts for good. */
(() => {
  const form = document.querySelector('form[data-autosave]');
  const text = form && form.elements.text;
  if (!text) return;
  const words = document.getElementById('words');
  const status = document.getElementById('autosaved');
  const segmenter = window.Intl && Intl.Segmenter ? new Intl.Segmenter(document.documentElement.lang, { granularity: 'word' }) : null;
  const plain = (value) => value.replace(/https?:\/\/\S+/gi, ' ').replace(/<[a-z/!?][^>]*>/gi, ' ');
  const count = (value) => {
    if (!segmenter) return (plain(value).match(/[\p{L}\p{N}]+/gu) || []).length;
    let n = 0;
    for (const part of segmenter.segment(plain(value))) if (part.isWordLike) n++;
    return n;
  };
  const say = (n) => {
    words.textContent = words.dataset.words.replace('#', n).replace('#', words.dataset.fewest);
  };
  let timer;
  let saved = text.value + '\n' + form.elements.title.value;
  const save = async () => {
    const now = text.value + '\n' + form.elements.title.value;
    if (now === saved) return;
    const body = new URLSearchParams(new FormData(form));
    body.set('act', 'save');
    // What is sent while the page goes away may hold 64 KB.
    const keepalive = body.toString().length < 60000;
    try {
      const answer = await fetch(form.action, { method: 'POST', body, keepalive, headers: { accept: 'application/json' } });
      if (!answer.ok) throw new Error(answer.status);
      const known = await answer.json();
      saved = now;
      say(known.words);
      status.textContent = status.dataset.saved;
    } catch {
      status.textContent = status.dataset.failed;
    }
  };
  form.addEventListener('input', () => {
    say(count(text.value));
    clearTimeout(timer);
    timer = setTimeout(save, 2000);
  });
  form.addEventListener('submit', () => clearTimeout(timer));
  addEventListener('pagehide', save);
})();
