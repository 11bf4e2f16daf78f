// Connections: no more than there are descriptors for, and those that request nothing make room for those that do.
import { readdirSync, readFileSync } from "node:fs";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** Descriptors that stay free for files of the stores, connections to a database and child processes. */
const spare = 64;
/** More than this many use memory for nothing. */
const mostEver = 10_000;
/** Milliseconds that a connection may take to send its first byte. */
const firstByte = 5000;

/** Descriptors that this process may have. */
function descriptorLimit(): number {
  try {
    const found = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
    if (found !== undefined) return Number(found);
  } catch {
    // Not Linux.
  }
  const { userLimits } = process.report.getReport() as unknown as {
    userLimits?: { open_files?: { soft?: number | string } };
  };
  const soft = Number(userLimits?.open_files?.soft);
  return Number.isFinite(soft) ? soft : mostEver;
}

function openDescriptors(): number {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return spare;
  }
}

/** Connections that can be open at once: each may have a file open besides itself. */
export function connectionRoom(): number {
  const room = Math.floor((descriptorLimit() - openDescriptors() - spare) / 2);
  return Math.min(mostEver, Math.max(16, room));
}

/**
 * Keeps at most so many connections. Where all are taken, a new one takes the place of the one that has requested nothing, or has not
 * sent its request to the end, for the longest time; where every one is being answered, it is closed itself.
 * A connection that sends nothing for 5 s is closed in any case.
 */
export function limitConnections(server: Server, most: number): void {
  /** Those that are waited for, each since when, the oldest first. */
  const quiet = new Map<Socket, number>();
  /** Requests that are not answered yet. */
  const requested = new Map<Socket, number>();
  let open = 0;
  // Where a burst comes in faster than connections are closed.
  server.maxConnections = most + 16;
  server.on("connection", (socket: Socket) => {
    open++;
    socket.once("close", () => {
      open--;
      quiet.delete(socket);
      requested.delete(socket);
    });
    if (open > most) {
      const oldest = quiet.keys().next().value ?? socket;
      quiet.delete(oldest);
      oldest.destroy();
      if (oldest === socket) return;
    }
    quiet.set(socket, performance.now());
  });
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    requested.set(socket, (requested.get(socket) ?? 0) + 1);
    const { "content-length": length = "0", "transfer-encoding": encoding } = request.headers;
    quiet.delete(socket);
    if (encoding !== undefined || Number(length) > 0) {
      quiet.set(socket, performance.now());
      request.once("end", () => quiet.delete(socket));
    }
    response.once("close", () => {
      const left = (requested.get(socket) ?? 1) - 1;
      if (left > 0) requested.set(socket, left);
      else {
        requested.delete(socket);
        quiet.delete(socket);
        if (!socket.destroyed) quiet.set(socket, performance.now());
      }
    });
  });
  const sweep = setInterval(() => {
    const limit = performance.now() - firstByte;
    for (const [socket, since] of quiet) {
      if (since > limit) break;
      if (socket.bytesRead === 0) socket.destroy();
    }
  }, 1000).unref();
  server.once("close", () => clearInterval(sweep));
}
