export default function ({ parentElement, data }) {
  const pair = parentElement.querySelector(".pair");
  pair.querySelector(".before").src = data.before;
  pair.querySelector(".after").src = data.after;
  const range = pair.querySelector("input");
  const show = () => pair.style.setProperty("--cut", range.value + "%");
  range.addEventListener("input", show);
  show();
  return () => range.removeEventListener("input", show);
}
