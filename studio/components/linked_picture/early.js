// Pictures that come ahead of the page they belong to, over a connection of their own.

const SOON = 1000; // milliseconds until a lost connection is tried anew; twice as long after every failure
const LATE = 60000;
const UNKNOWN = 4404; // the server knows nothing of this page any more; the page itself will tell
const ARRIVED = "arrived";

export class Early extends EventTarget {
  name = "";
  address = "";
  rest = SOON;

  // Components are drawn anew with every page; the connection stays.
  static of(ticket) {
    window.studioEarly ??= {};
    return (window.studioEarly[ticket] ??= new Early(ticket));
  }

  constructor(ticket) {
    super();
    this.ticket = ticket;
    this.connect();
  }

  connect() {
    const place = new URL(`early/${this.ticket}`, location.href);
    place.protocol = place.protocol.replace("http", "ws");
    place.search = place.hash = "";
    const socket = (this.socket = new WebSocket(place));
    socket.addEventListener("message", ({ data }) => {
      [this.name, this.width, this.height, this.address] = data.split(" ");
      this.dispatchEvent(new Event(ARRIVED));
    });
    socket.addEventListener("open", () => (this.rest = SOON));
    socket.addEventListener("close", ({ code }) => code === UNKNOWN || this.later());
  }

  later() {
    setTimeout(() => this.connect(), this.rest);
    this.rest = Math.min(2 * this.rest, LATE);
  }

  // The server holds the page back until it hears this, or a moment has passed.
  confirm(name) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(name);
  }

  listen(act, signal) {
    this.addEventListener(ARRIVED, act, { signal });
  }
}
