// Offers places while a name is typed, and finds the one nearest to the reader: the position is rounded to a tenth of a
// degree here, sent once without cookies, and kept nowhere.
(() => {
  'use strict';
  const form = document.querySelector('[data-places]');
  if (!form) return;
  const said = form.querySelector('[data-said]');
  let timer = 0;
  for (const field of form.querySelectorAll('input[list]')) {
    field.addEventListener('input', () => {
      clearTimeout(timer);
      if (field.value.trim().length < 2) return;
      timer = setTimeout(async () => {
        const text = field.value;
        try {
          const answer = await fetch(form.dataset.places + '?q=' + encodeURIComponent(text), { credentials: 'omit' });
          if (!answer.ok || field.value !== text) return;
          const options = (await answer.json()).map((place) => {
            const option = document.createElement('option');
            option.value = place.label;
            return option;
          });
          document.getElementById(field.getAttribute('list')).replaceChildren(...options);
        } catch { /* offline: the form works without */ }
      }, 150);
    });
  }
  if (!navigator.geolocation) return;
  form.querySelector('[data-here]').classList.remove('later');
  const tenth = (degrees) => Math.round(degrees * 10) / 10;
  for (const button of form.querySelectorAll('[data-locate]')) {
    button.classList.remove('later');
    button.addEventListener('click', () => {
      said.textContent = '';
      const failed = () => { said.textContent = form.dataset.failed; };
      navigator.geolocation.getCurrentPosition(async ({ coords }) => {
        const body = new URLSearchParams({ latitude: tenth(coords.latitude), longitude: tenth(coords.longitude) });
        try {
          const answer = await fetch(form.dataset.nearest, { method: 'POST', credentials: 'omit', body });
          if (!answer.ok) { failed(); return; }
          document.getElementById(button.dataset.locate).value = (await answer.json()).label;
        } catch { failed(); }
      }, failed, { maximumAge: 600000, timeout: 10000 });
    });
  }
})();
