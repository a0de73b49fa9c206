/* Sends pictures one by one by the tus protocol (1.0.0), so that a broken connection costs a part and not a picture.
   Without script, or where this fails, the form sends them itself. */
(() => {
  const input = document.querySelector('input[data-uploads]');
  const form = input && input.form;
  const status = document.getElementById('uploading');
  if (!form || !window.fetch || !window.File) return;
  const PART = 2 << 20;
  const TRIES = 5;
  const tus = { 'Tus-Resumable': '1.0.0' };
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
  const why = (answer) => answer.json().then((problem) => problem.detail, () => '');
  const create = async (file) => {
    const answer = await fetch(input.dataset.uploads, {
      method: 'POST',
      headers: { ...tus, 'Upload-Length': String(file.size), 'Upload-Metadata': 'filename ' + base64(file.name.slice(-100)) },
    });
    if (answer.status !== 201) throw new Error(await why(answer));
    return answer.headers.get('Location');
  };
  const offset = async (url) => {
    const answer = await fetch(url, { method: 'HEAD', headers: tus });
    if (!answer.ok) throw new Error(String(answer.status));
    return Number(answer.headers.get('Upload-Offset'));
  };
  const send = async (file) => {
    const url = await create(file);
    let at = 0;
    let failed = 0;
    while (at < file.size) {
      let answer;
      try {
        answer = await fetch(url, {
          method: 'PATCH',
          headers: { ...tus, 'Upload-Offset': String(at), 'Content-Type': 'application/offset+octet-stream' },
          body: file.slice(at, at + PART),
        });
      } catch (broken) {
        if (++failed > TRIES) throw broken;
        await wait(1000 * failed);
        at = await offset(url).catch(() => at);
        continue;
      }
      if (answer.status === 204) {
        at = Number(answer.headers.get('Upload-Offset'));
        failed = 0;
        status.textContent = file.name + ' ' + Math.round((100 * at) / file.size) + ' %';
      } else if (answer.status === 409 && failed++ < TRIES) {
        at = await offset(url);
      } else {
        throw new Error(await why(answer));
      }
    }
  };
  const keep = async () => {
    // What was typed meanwhile is kept with the pictures that came.
    const data = new FormData(form);
    data.delete('files');
    data.set('act', 'save');
    await fetch(form.action, { method: 'POST', body: data, redirect: 'manual' });
  };
  input.addEventListener('change', async () => {
    const refused = [];
    const files = [...input.files];
    if (!files.length) return;
    // Sent now, the form would leave before the pictures are there.
    const buttons = [...form.querySelectorAll('button')];
    for (const one of [input, ...buttons]) one.disabled = true;
    form.setAttribute('aria-busy', 'true');
    for (const [number, file] of files.entries()) {
      status.textContent = number + 1 + '/' + files.length + ' ' + file.name;
      try {
        await send(file);
      } catch (error) {
        refused.push(file.name + ': ' + (error.message || input.dataset.failed));
      }
    }
    for (const one of [input, ...buttons]) one.disabled = false;
    input.value = '';
    form.removeAttribute('aria-busy');
    await keep().catch(() => {});
    if (refused.length) sessionStorage.setItem('refused', refused.join('\n'));
    location.assign(form.action);
  });
  const refused = sessionStorage.getItem('refused');
  if (refused) {
    sessionStorage.removeItem('refused');
    status.className = 'wrong told';
    status.setAttribute('role', 'alert');
    status.textContent = refused;
  }
})();
