import { SharedView } from "../shared_view.js";

export default function ({ parentElement, data }) {
  const view = SharedView.of(data.group);
  const buttons = [...parentElement.querySelectorAll("button")];
  const output = parentElement.querySelector("output");
  const wanted = ({ dataset }) => (dataset.zoom === "fit" ? 1 : Number(dataset.zoom) / view.scale);
  const show = () => {
    output.textContent = `${Math.round(view.zoom * view.scale * 100)} %`;
    for (const button of buttons) {
      button.setAttribute("aria-pressed", String(Math.abs(Math.log(view.zoom / wanted(button))) < 0.002));
    }
  };
  // This runs again with every run of the page: what listened before must not answer as well.
  parentElement.ended?.abort();
  const ended = (parentElement.ended = new AbortController());
  view.listen(show, ended.signal);
  for (const button of buttons) {
    const press = () => view.set(view.x, view.y, wanted(button));
    button.addEventListener("click", press, { signal: ended.signal });
  }
  show();
  return () => ended.abort();
}
