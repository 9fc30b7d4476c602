// Makes npm packages of released binaries: one for each platform, and `portlint`, which starts the one that npm chose.
//
// usage: node build.mjs ARCHIVES OUT
//
// ARCHIVES is a folder with portlint-TARGET.tar.gz; each platform below whose archive is missing is left out, unless CI's release
// runs, where it is an error. The packages are written to OUT as .tgz.

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "../../..");
const [archives, out] = process.argv.slice(2).map((path) => resolve(path));
const version = readFileSync(join(root, "Cargo.toml"), "utf8").match(/^version = "(.*)"$/m)[1];
const { GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_REF = "" } = process.env;

// The static binary serves every Linux.
const PLATFORMS = [
  { os: "linux", cpu: "x64", target: "x86_64-unknown-linux-musl" },
  { os: "linux", cpu: "arm64", target: "aarch64-unknown-linux-musl" },
  { os: "darwin", cpu: "x64", target: "x86_64-apple-darwin" },
  { os: "darwin", cpu: "arm64", target: "aarch64-apple-darwin" },
  { os: "win32", cpu: "x64", target: "x86_64-pc-windows-msvc" },
  { os: "win32", cpu: "arm64", target: "aarch64-pc-windows-msvc" },
];

const common = {
  version,
  description: "Keeps a repository's database ports inside their reserved range",
  license: "MIT OR Apache-2.0",
  keywords: ["docker-compose", "linter", "ports", "database", "sarif"],
  ...(GITHUB_REPOSITORY && {
    repository: { type: "git", url: `git+${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}.git` },
  }),
};

function pack(folder, description) {
  writeFileSync(join(folder, "package.json"), JSON.stringify(description, null, 2) + "\n");
  for (const licence of ["LICENSE-MIT", "LICENSE-APACHE"]) cpSync(join(root, licence), join(folder, licence));
  execFileSync("npm", ["pack", "--silent", "--pack-destination", out], {
    cwd: folder,
    stdio: ["ignore", "inherit", "inherit"],
    shell: process.platform === "win32",
  });
}

mkdirSync(out, { recursive: true });
const optionalDependencies = {};
for (const { os, cpu, target } of PLATFORMS) {
  const archive = join(archives, `portlint-${target}.tar.gz`);
  if (!existsSync(archive)) {
    if (GITHUB_REF.startsWith("refs/tags/")) throw new Error(`there is no ${archive}`);
    continue;
  }
  const name = `@portlint/cli-${os}-${cpu}`;
  const binary = os === "win32" ? "portlint.exe" : "portlint";
  const folder = mkdtempSync(join(tmpdir(), "portlint-npm-"));
  execFileSync("tar", ["-xzf", archive, "-C", folder, binary]);
  pack(folder, { name, ...common, os: [os], cpu: [cpu], files: [binary], preferUnplugged: true });
  optionalDependencies[name] = version;
}

const folder = mkdtempSync(join(tmpdir(), "portlint-npm-"));
for (const file of ["portlint.js"]) cpSync(join(here, file), join(folder, file));
cpSync(join(root, "README.md"), join(folder, "README.md"));
pack(folder, {
  name: "portlint",
  ...common,
  bin: { portlint: "portlint.js" },
  files: ["portlint.js"],
  engines: { node: ">=18" },
  optionalDependencies,
});
