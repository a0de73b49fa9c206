// Buttons that have this device told by push, or not any more: data-key is the network's public key, data-for what is
// wanted ("breaking" or "follows"). They are hidden where the browser can't be told.
(() => {
  'use strict';
  const buttons = [...document.querySelectorAll('[data-push]')];
  if (!buttons.length || !window.isSecureContext) return;
  if (!navigator.serviceWorker || !window.PushManager || !window.Notification) return;
  const scope = '/push/';

  const ask = async (asked) => {
    const answer = await fetch('/push/subscriptions', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(asked),
    });
    if (!answer.ok) throw new Error(answer.status);
    return answer.json();
  };

  const worker = async () => {
    const registration = await navigator.serviceWorker.register('/push/worker.js', { scope });
    const fresh = registration.installing ?? registration.waiting;
    if (!registration.active && fresh) {
      await new Promise((done, failed) => {
        fresh.addEventListener('statechange', () => {
          if (fresh.state === 'activated') done();
          if (fresh.state === 'redundant') failed(new Error(fresh.state));
        });
      });
    }
    return registration;
  };

  const known = async () => (await navigator.serviceWorker.getRegistration(scope))?.pushManager.getSubscription();

  const start = async (button) => {
    if ((await Notification.requestPermission()) !== 'granted') return null;
    const { pushManager } = await worker();
    const key = button.dataset.push;
    const options = { userVisibleOnly: true, applicationServerKey: key };
    const subscription = (await pushManager.getSubscription()) ?? (await pushManager.subscribe(options));
    const told = await ask({ ...subscription.toJSON(), [button.dataset.for]: true });
    // For the worker, which isn't always told what it had.
    const kept = JSON.stringify({ endpoint: subscription.endpoint, key });
    await (await caches.open('push')).put('/push/subscription', new Response(kept));
    return told;
  };

  const stop = async (button) => {
    const subscription = await known();
    if (!subscription) return {};
    const told = await ask({ ...subscription.toJSON(), [button.dataset.for]: false });
    if (!told.breaking && !told.follows) await subscription.unsubscribe();
    return told;
  };

  const show = (button, told) => {
    const on = Boolean(told[button.dataset.for]);
    button.setAttribute('aria-pressed', on);
    button.nextElementSibling.textContent = on ? button.dataset.on : '';
  };

  for (const button of buttons) {
    button.parentElement.hidden = false;
    button.addEventListener('click', async () => {
      button.disabled = true;
      const said = button.nextElementSibling;
      try {
        const told = await (button.getAttribute('aria-pressed') === 'true' ? stop : start)(button);
        if (told) show(button, told);
        else said.textContent = button.dataset.denied;
      } catch {
        said.textContent = button.dataset.failed;
      }
      button.disabled = false;
    });
  }
  for (const none of document.querySelectorAll('[data-push-none]')) none.hidden = true;

  known()
    .then((subscription) => (subscription ? ask({ endpoint: subscription.endpoint }) : {}))
    .then((told) => buttons.forEach((button) => show(button, told)))
    .catch(() => {});
})();
