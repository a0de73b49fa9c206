// Comments that come while somebody reads: a button says how many, and nothing moves until it is pressed. Likes are sent
// without leaving the page. Without this script every link and form does the same by itself.
(() => {
  'use strict';
  let box = document.getElementById('comments');
  if (!box) return;
  let waiting = 0;
  const button = document.createElement('button');
  button.type = 'button';
  button.hidden = true;
  const status = document.createElement('div');
  status.setAttribute('role', 'status');
  status.append(button);
  const place = () => box.querySelector('h2').after(status);
  place();

  const show = async () => {
    try {
      const answer = await fetch(location.pathname, { cache: 'no-cache' });
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const fresh = page.getElementById('comments');
      if (!answer.ok || !fresh) throw new Error();
      // What somebody is writing stays.
      const written = box.querySelector('textarea');
      const into = fresh.querySelector('textarea');
      if (written && into) into.value = written.value;
      box.replaceWith(fresh);
      box = fresh;
      waiting = 0;
      button.hidden = true;
      place();
      marks();
      box.querySelector('h2').setAttribute('tabindex', '-1');
      box.querySelector('h2').focus({ preventScroll: true });
    } catch { location.reload(); }
  };
  button.addEventListener('click', show);

  // The script of the front's news holds the stream.
  addEventListener('masthead:comments', (event) => {
    if (event.detail.story !== box.dataset.story) return;
    waiting += event.detail.new;
    button.textContent = waiting === 1 ? box.dataset.new : box.dataset.news.replace('#', waiting);
    button.hidden = false;
  });

  const marks = () => {
    const own = document.getElementById('own-likes');
    if (!own) return;
    for (const id of own.dataset.liked.split(' ')) {
      const like = document.querySelector('#comment-' + CSS.escape(id) + ' .acts button');
      if (like) like.setAttribute('aria-pressed', 'true');
    }
  };
  marks();

  document.addEventListener('submit', async (event) => {
    const form = event.target;
    if (!form.matches('#comments .acts')) return;
    event.preventDefault();
    const like = form.querySelector('button');
    const undo = like.getAttribute('aria-pressed') === 'true';
    try {
      const answer = await fetch(form.action, {
        method: 'POST',
        headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
        body: undo ? 'undo=1' : '',
      });
      if (answer.status === 401) { location.href = '/sign-in?return=' + encodeURIComponent(location.pathname); return; }
      if (!answer.ok) throw new Error();
      const said = await answer.json();
      like.setAttribute('aria-pressed', String(said.liked));
      let number = like.querySelector('span');
      if (!number) { number = document.createElement('span'); like.append(' ', number); }
      number.textContent = said.likes || '';
    } catch { form.submit(); }
  });
})();
