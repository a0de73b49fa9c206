// Forms that a passkey answers: asks for the options, has the browser ask the person, and sends the form. The forms are
// hidden where there is no script or the browser knows no passkeys.
(() => {
  'use strict';
  if (!window.PublicKeyCredential) return;
  const bytes = (text) =>
    Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (sign) => sign.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  const listed = (keys) => keys?.map((key) => ({ ...key, id: bytes(key.id) }));

  const ask = async (options) => {
    const publicKey = { ...options, challenge: bytes(options.challenge) };
    if (!options.user) {
      publicKey.allowCredentials = listed(options.allowCredentials);
      return navigator.credentials.get({ publicKey });
    }
    publicKey.user = { ...options.user, id: bytes(options.user.id) };
    publicKey.excludeCredentials = listed(options.excludeCredentials);
    return navigator.credentials.create({ publicKey });
  };

  const said = ({ id, rawId, type, response, authenticatorAttachment }) => ({
    id,
    rawId: text(rawId),
    type,
    authenticatorAttachment,
    clientExtensionResults: {},
    response: {
      clientDataJSON: text(response.clientDataJSON),
      ...(response.attestationObject
        ? { attestationObject: text(response.attestationObject), transports: response.getTransports?.() ?? [] }
        : {
            authenticatorData: text(response.authenticatorData),
            signature: text(response.signature),
            userHandle: response.userHandle && text(response.userHandle),
          }),
    },
  });

  for (const form of document.querySelectorAll('form[data-options]')) {
    form.hidden = false;
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      const failed = form.querySelector('[role=alert]');
      failed.textContent = '';
      try {
        const answer = await fetch(form.dataset.options, { method: 'POST', headers: { accept: 'application/json' } });
        if (!answer.ok) throw new Error(answer.status);
        const { token, options } = await answer.json();
        const credential = await ask(options);
        form.elements.passkey.value = token;
        form.elements.credential.value = JSON.stringify(said(credential));
        form.submit();
      } catch {
        failed.textContent = form.dataset.failed;
      }
    });
  }
})();
