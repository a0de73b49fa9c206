// The review desk by keyboard: j and k move, a approves, r rejects (with the chosen reason), e escalates, b opens the
// suspension, u takes the last decision back, x chooses. A decision is sent and not waited for: the item goes at once, and
// comes back with a word if the server says otherwise.
(() => {
  'use strict';
  const desk = document.querySelector('.review');
  if (!desk) return;
  const status = document.getElementById('review-status');
  let now = null;
  let done = [];
  let sending = 0;
  const items = () => [...desk.querySelectorAll('.item:not([hidden])')];

  const send = async (id, act, more = {}) => {
    const body = new URLSearchParams({ id, act, ...more });
    const answer = await fetch('/desk/review', {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
      body,
      keepalive: true,
    });
    if (!answer.ok) throw new Error(answer.status);
    return (await answer.json())[0]?.outcome;
  };

  // An appeal against one's own decision is somebody else's.
  const may = (item) => !('own' in item.dataset);

  const mark = (item) => {
    if (now) {
      now.classList.remove('now');
      // What was only looked at is free for others at once.
      if (!now.hidden && may(now)) send(now.dataset.id, 'leave').catch(() => {});
    }
    now = item || null;
    if (!now) return;
    now.classList.add('now');
    // Others see that somebody looks at it.
    if (may(now)) send(now.dataset.id, 'claim').catch(() => {});
  };

  const go = (item) => {
    mark(item);
    if (!now) return;
    now.focus({ preventScroll: true });
    now.scrollIntoView({ block: 'nearest' });
  };

  // A key acts on the item that somebody sees in focus, however they came there.
  desk.addEventListener('focusin', (event) => {
    const item = event.target.closest('.item');
    if (item && item !== now) mark(item);
  });

  // Everything here is decided. What comes next is fetched at a key's stroke: until then the last decision can be undone.
  const next = () => { if (!sending && !items().length && !status.textContent) status.textContent = desk.dataset.next; };

  const move = (step) => {
    const all = items();
    const at = all.indexOf(now);
    go(all[Math.min(Math.max(at + step, 0), all.length - 1)]);
  };

  const decide = (item, act, more) => {
    if (!may(item)) return;
    const all = items();
    const at = all.indexOf(item);
    item.hidden = true;
    done.push(item);
    go(all[at + 1] || all[at - 1]);
    sending++;
    send(item.dataset.id, act, more).then((outcome) => {
      if (outcome === 'done') return;
      status.textContent = desk.dataset.taken;
    }).catch(() => {
      item.hidden = false;
      done = done.filter((other) => other !== item);
      status.textContent = desk.dataset.failed;
    }).finally(() => {
      sending--;
      next();
    });
  };

  const undo = () => {
    const item = done.pop();
    if (!item) return;
    item.hidden = false;
    status.textContent = '';
    go(item);
    send(item.dataset.id, 'undo').then((outcome) => {
      if (outcome !== 'done') status.textContent = desk.dataset.taken;
    }).catch(() => { status.textContent = desk.dataset.failed; });
  };

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches('input:not([type=checkbox]), textarea')) return;
    // A letter in a list of reasons chooses one.
    if (event.target.matches('select') && !['Enter', 'Escape'].includes(event.key)) return;
    if (event.target.matches('select')) {
      event.preventDefault();
      const item = event.target.closest('.item');
      if (!item) return;
      if (event.key === 'Enter') decide(item, 'reject', { reason: event.target.value, note: item.querySelector('[name=note]').value });
      else go(item);
      return;
    }
    const keys = {
      j: () => (items().length ? move(1) : sending || location.reload()),
      k: () => move(-1),
      a: () => now && decide(now, 'approve'),
      r: () => now && now.querySelector('[name=reason]')?.focus(),
      e: () => now && decide(now, 'escalate'),
      b: () => { const box = now?.querySelector('.suspend'); if (box) { box.open = true; box.querySelector('select').focus(); } },
      x: () => { const box = now?.querySelector('[type=checkbox]'); if (box) box.checked = !box.checked; },
      u: undo,
    };
    const act = keys[event.key];
    if (act) { event.preventDefault(); act(); }
  });

  desk.addEventListener('submit', (event) => {
    const act = event.submitter?.value;
    if (!event.target.matches('.decide') || !['approve', 'reject', 'escalate', 'undo'].includes(act)) return;
    event.preventDefault();
    const form = new FormData(event.target);
    decide(event.target.closest('.item'), act, act === 'reject' ? { reason: form.get('reason'), note: form.get('note') } : {});
  });
  go(items()[0]);
})();
