import { existsSync } from "node:fs";
import { resolve } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";
import { ApiFailure } from "./failure.ts";

/** Names that change with what is in them. */
const HASHED = /[.-][A-Za-z0-9_-]{8,}\.(?:js|css|svg|png|woff2)(?:\.br)?$/;

/** Serves the built dashboard; an address of one of its pages gets the page that finds its own way. */
export function addPages(app: FastifyInstance, folder: string | undefined): void {
  const root = folder === undefined ? undefined : resolve(folder);
  const there = root !== undefined && existsSync(resolve(root, "index.html"));
  if (there)
    app.register(fastifyStatic, {
      root,
      wildcard: true,
      cacheControl: false,
      preCompressed: true,
      dotfiles: "ignore",
      setHeaders: (reply, path) => {
        void reply.header("cache-control", HASHED.test(path) ? "public, max-age=31536000, immutable" : "no-cache");
      },
    });
  app.setNotFoundHandler(async (request, reply) => {
    const path = request.url.split("?")[0] ?? "";
    const isPage = request.method === "GET" && !/^\/(?:api|blobs)\//.test(path) && !/\.\w+$/.test(path);
    if (there && isPage) return reply.header("cache-control", "no-cache").sendFile("index.html");
    throw new ApiFailure("not-found", `${request.method} ${path.slice(0, 100)}: there is nothing here`);
  });
}
