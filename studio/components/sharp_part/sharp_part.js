import { SharedView } from "../shared_view.js";

export default function ({ data }) {
  const view = SharedView.of(data.group);
  view.lay(data);
  return () => view.lay(null);
}
