"use strict";
// Loaded into drizzle-kit before anything else (`node --require`): writes down which files of the project were read
// and which folders were listed, and lets nothing connect. Runs on Node 18 and later, and changes no output.
const fs = require("node:fs");
const net = require("node:net");
const path = require("node:path");
const url = require("node:url");
const dns = require("node:dns");

// A thread, and a node that this one starts, load this file too: their work is not to be written down as ours.
const job = process.env.ORMONY_PROBE;
delete process.env.ORMONY_PROBE;
if (job !== undefined) watch(JSON.parse(job));

function watch({ root, result, own, modules }) {
  const files = new Set();
  const folders = new Set();
  const violations = [];
  const plain = { readFileSync: fs.readFileSync, writeFileSync: fs.writeFileSync, appendFileSync: fs.appendFileSync };

  function inside(name) {
    const full = path.resolve(name instanceof URL ? url.fileURLToPath(name) : String(name));
    const ours = full === root || full.startsWith(root + path.sep);
    return ours && !full.includes(`${path.sep}node_modules${path.sep}`) ? full : undefined;
  }

  function noting(names, into, object) {
    for (const name of names) {
      const inner = object[name];
      if (typeof inner !== "function") continue;
      object[name] = function (place, ...rest) {
        if (typeof place === "string" || place instanceof URL) {
          const full = inside(place);
          if (full !== undefined) into.add(full);
        }
        return inner.call(this, place, ...rest);
      };
      Object.assign(object[name], inner); // `realpathSync.native` and its like
    }
  }

  noting(["readFileSync", "readFile", "openSync", "open"], files, fs);
  noting(["readFile", "open"], files, fs.promises);
  noting(["readdirSync", "readdir", "opendirSync", "opendir"], folders, fs);
  noting(["readdir", "opendir"], folders, fs.promises);

  // What `import` reads goes past `fs`: a hook of the loader notes it in a file, from its own thread.
  if (modules && typeof require("node:module").register === "function") {
    const hook = `
      import { appendFileSync } from "node:fs";
      export async function load(url, context, next) {
        if (url.startsWith("file:")) appendFileSync(${JSON.stringify(modules)}, url + "\\n");
        return next(url, context);
      }`;
    require("node:module").register(`data:text/javascript,${encodeURIComponent(hook)}`);
  }

  function users_line() {
    for (const line of (new Error().stack ?? "").split("\n")) {
      const found = /(?:\(|at )(?:file:\/\/)?(\/[^()]*?):(\d+):\d+\)?$/.exec(line);
      if (found && inside(found[1]) !== undefined && found[1] !== __filename) {
        return { file: found[1], line: Number(found[2]) };
      }
    }
    return null;
  }

  function refuse(what) {
    violations.push({ what, place: users_line() });
    const error = new Error(`ormony: ${what} cannot be reached from here`);
    error.code = "ECONNREFUSED";
    return error;
  }

  const connect = net.Socket.prototype.connect;
  net.Socket.prototype.connect = function (...words) {
    const options = Array.isArray(words[0]) ? words[0][0] : words[0];
    const listed = /^\d+$/.test(String(options)) ? { port: options, host: words[1] } : { path: options };
    const where = options !== null && typeof options === "object" ? options : listed;
    const tsx = /[\\/]tsx-\w+[\\/][^\\/]+\.pipe$/; // how tsx tells a watching parent of itself: there is none
    if ((where.path === undefined && where.port === undefined) || tsx.test(String(where.path))) {
      return connect.apply(this, words);
    }
    const what = where.path !== undefined ? `the socket "${where.path}"` : `${typeof where.host === "string" ? where.host : "localhost"}:${where.port}`;
    const error = refuse(what);
    process.nextTick(() => this.destroy(error));
    return this;
  };
  const lookup = dns.lookup;
  dns.lookup = function (host, ...rest) {
    if (host === "localhost" || net.isIP(String(host))) return lookup.call(this, host, ...rest);
    const done = rest[rest.length - 1];
    const error = refuse(`the host "${host}"`);
    if (typeof done === "function") process.nextTick(() => done(error));
    return {};
  };

  process.on("exit", () => {
    for (const each of Object.keys(require.cache)) {
      const full = inside(each);
      if (full !== undefined) files.add(full);
    }
    if (modules && fs.existsSync(modules)) {
      for (const line of plain.readFileSync(modules, "utf8").split("\n")) {
        const full = line ? inside(url.fileURLToPath(line)) : undefined;
        if (full !== undefined) files.add(full);
      }
    }
    const kept = [...files].filter((each) => each !== __filename && !each.startsWith(own)).sort();
    plain.writeFileSync(result, JSON.stringify({ files: kept, folders: [...folders].sort(), violations }));
  });
}
