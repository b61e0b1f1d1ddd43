// Pictures that come ahead of the page they belong to, over a connection of their own.

const AGAIN = 1000; // milliseconds until a lost connection is tried anew
const UNKNOWN = 4404; // the server knows nothing of this page any more; the page itself will tell
const ARRIVED = "arrived";

export class Early extends EventTarget {
  name = "";
  address = "";

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
    const socket = new WebSocket(place);
    socket.addEventListener("message", ({ data }) => {
      [this.name, this.width, this.height, this.address] = data.split(" ");
      this.dispatchEvent(new Event(ARRIVED));
    });
    socket.addEventListener("close", ({ code }) => code === UNKNOWN || setTimeout(() => this.connect(), AGAIN));
  }

  listen(act, signal) {
    this.addEventListener(ARRIVED, act, { signal });
  }
}
