// Builds the page: page/ -> built/. Deterministic, so that a check can compare bytes. Run with `npm run build`.
import { createHash } from "node:crypto";
import { build } from "esbuild";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";

const options = {
  bundle: true,
  minify: true,
  charset: "ascii",
  lineLimit: 1000, // compilers have limits on the length of a line of text that is embedded
  legalComments: "none",
  logLevel: "warning",
};
await build({ ...options, entryPoints: ["page/main.ts"], format: "iife", target: "es2022", outfile: "built/page.js" });
await build({ ...options, entryPoints: ["page/page.css"], outfile: "built/page.css" });
copyFileSync("page/page.html", "built/page.html");

// What the writer of a single file relies on.
const text = (name) => readFileSync(`built/${name}`, "utf8");
const mark = (page, line) => {
  if (page.split(line).length !== 2) throw new Error(`page.html must have exactly one ${line}`);
};
mark(text("page.html"), '<link rel="stylesheet" href="/page.css">');
mark(text("page.html"), '<script type="module" src="/page.js"></script>');
if (/<\/script|<!--/i.test(text("page.js"))) throw new Error("page.js would end its own script element");
if (/<\/style/i.test(text("page.css"))) throw new Error("page.css would end its own style element");
for (const name of ["page.html", "page.js", "page.css"]) {
  const bytes = readFileSync(`built/${name}`);
  if (bytes.some((byte) => byte > 126)) throw new Error(`${name} is not ASCII`);
  const longest = Math.max(...bytes.toString().split("\n").map((line) => line.length));
  if (longest > 7000) throw new Error(`${name} has a line of ${longest} bytes`);
  console.log(`${name}: ${bytes.length} bytes, longest line ${longest}`);
}

// What the page that is one file may do: run this script with this style, and nothing else.
const hash = (name) => `'sha256-${createHash("sha256").update(readFileSync(`built/${name}`)).digest("base64")}'`;
writeFileSync(
  "built/page.policy",
  `default-src 'none'; script-src ${hash("page.js")}; style-src ${hash("page.css")}; ` +
    `img-src data: blob:; base-uri 'none'; form-action 'none'`,
);
