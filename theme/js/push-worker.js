// Shows what the site sends by push, and opens the story on a click. It answers no requests of pages: it has a folder of
// its own, in which no page lies.
(() => {
  'use strict';
  const tell = (asked) =>
    fetch('/push/subscriptions', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(asked),
    });

  addEventListener('install', () => skipWaiting());

  addEventListener('push', (event) => {
    let said;
    try {
      said = event.data.json();
    } catch {
      return;
    }
    const { title, body, tag, image, lang, dir, href } = said;
    event.waitUntil(
      registration.showNotification(title, { body, tag, image: image || undefined, lang, dir, data: { href } }),
    );
  });

  addEventListener('notificationclick', (event) => {
    event.notification.close();
    const address = new URL(event.notification.data?.href ?? '/', location.origin);
    if (!address.protocol.startsWith('http')) return;
    event.waitUntil(
      clients.matchAll({ type: 'window', includeUncontrolled: true }).then((windows) => {
        const open = windows.find((one) => one.url.split('#')[0] === address.href.split('#')[0]);
        return open ? open.focus() : clients.openWindow(address.href);
      }),
    );
  });

  // The push service gives the browser another address. The old one stands in the event, or where the page kept it.
  addEventListener('pushsubscriptionchange', (event) => {
    event.waitUntil(
      (async () => {
        const kept = await (await caches.open('push')).match('/push/subscription');
        const old = event.oldSubscription ?? (kept && (await kept.json()));
        if (!old) return;
        const options = event.oldSubscription?.options ?? { userVisibleOnly: true, applicationServerKey: old.key };
        const fresh = event.newSubscription ?? (await registration.pushManager.subscribe(options));
        await tell({ ...fresh.toJSON(), replaces: old.endpoint });
      })(),
    );
  });
})();
