// Pages opened from the disk may not start a Worker, and the search wants one. This one runs the script in a hidden
// frame instead and passes the messages on.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      this.waiting = [];
      const frame = document.createElement("iframe");
      frame.hidden = true;
      document.body.appendChild(frame);
      const inner = frame.contentWindow;
      inner.postMessage = (data) => {
        const message = new MessageEvent("message", { data });
        this.dispatchEvent(message);
        if (this.onmessage) this.onmessage(message);
      };
      inner.importScripts = (...urls) => Promise.all(urls.map((each) => this.load(inner, each)));
      this.inner = inner;
      this.ready = this.load(inner, url);
    }

    load(inner, url) {
      return new Promise((done, failed) => {
        const script = inner.document.createElement("script");
        script.src = url;
        script.onload = done;
        script.onerror = failed;
        inner.document.body.appendChild(script);
      });
    }

    postMessage(data) {
      this.ready = this.ready.then(() => this.inner.dispatchEvent(new MessageEvent("message", { data })));
    }

    terminate() {
      this.inner.frameElement.remove();
    }
  };
}
