// When what the server says about a page and what the browser has drawn of it no longer fit, which haste can bring about,
// Streamlit's page goes blank for good.

const LOST = /Bad delta path/;
const AGAIN = 10000; // milliseconds before which it is not tried once more

function reload({ message }) {
  const last = Number(sessionStorage.getItem("studio.reloaded") ?? 0);
  if (!LOST.test(message) || Date.now() - last < AGAIN) return;
  sessionStorage.setItem("studio.reloaded", Date.now());
  location.reload();
}

export default function () {
  if (window.studioRecovers) return;
  window.studioRecovers = true;
  window.addEventListener("error", reload);
}
