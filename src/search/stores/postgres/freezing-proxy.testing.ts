// A proxy between a client and a server of a test: it can swallow all that goes through its connections, as a firewall or a
// failover does, so that neither side receives anything any more.
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

const keepaliveMilliseconds = 20_000;
/** The message that ends every statement of the extended protocol. */
const sync = Buffer.of(0x53, 0, 0, 0, 4);

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  isFrozen: boolean;
}

export class FreezingProxy {
  readonly #pairs = new Set<Pair>();
  /** New connections are taken, and never answered. */
  swallowsNew = false;
  /** Statements of the client that went into a frozen connection. */
  swallowed = 0;

  private constructor(readonly server: Server) {}

  /** @param target a path or port of this machine. */
  static async before(target: string | number): Promise<FreezingProxy> {
    const server = createServer((client) => {
      const pair: Pair = {
        client,
        server: typeof target === "string" ? connect(target) : connect(target, "127.0.0.1"),
        isFrozen: proxy.swallowsNew,
      };
      proxy.#pairs.add(pair);
      for (const [from, to] of [
        [client, pair.server],
        [pair.server, client],
      ] as const) {
        from.on("data", (data) => {
          if (!pair.isFrozen) to.write(data);
          else if (from === client && data.includes(sync)) proxy.swallowed++;
        });
        from.on("error", () => {});
        from.on("close", () => {
          // nobody notices the end of a connection that is cut on the way, until the server's own look at it (TCP keepalive)
          if (!pair.isFrozen) to.destroy();
          else setTimeout(() => to.destroy(), keepaliveMilliseconds).unref();
          if (client.destroyed) proxy.#pairs.delete(pair);
        });
      }
    });
    const proxy = new FreezingProxy(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Connections that are open and pass on what they get. */
  get live(): number {
    return [...this.#pairs].filter(({ isFrozen }) => !isFrozen).length;
  }

  /** Swallows from now on what goes through the connections that there are, or some of them. */
  freeze(count = this.#pairs.size): void {
    for (const pair of [...this.#pairs].filter(({ isFrozen }) => !isFrozen).slice(0, count)) pair.isFrozen = true;
  }

  close(): void {
    this.server.close();
    for (const { client, server } of this.#pairs) {
      client.destroy();
      server.destroy();
    }
  }
}
