# Sourced by start.sh, test.sh and .ci/run: brings what a fresh clone lacks, says what it does, and names what it cannot
# bring together with the command that mends it. POSIX sh: Debian's dash, macOS' bash 3.2.

say() { printf '一键通 · %s\n' "$*" >&2; }

# fail "what is wrong" "command that mends it": the command stands alone on its line, to be copied.
fail() {
  printf '\n一键通 · 停止 / stopped: %s\n' "$1" >&2
  [ $# -lt 2 ] || printf '      处理 / mend it with:\n          %s\n' "$2" >&2
  [ -z "${last_words:-}" ] || printf '%s\n' "$last_words"
  exit 1
}

# The caller's PATH without node_modules/.bin: npm must not run on the Node that it is about to replace.
plain_path() {
  kept=
  rest=$PATH:
  while [ -n "$rest" ]; do
    entry=${rest%%:*}
    rest=${rest#*:}
    case $entry in */node_modules/.bin) ;; *) kept=${kept:+$kept:}$entry ;; esac
  done
  printf '%s' "$kept"
}

# One line that changes when any of the files or folders changes.
fingerprint() {
  find "$@" \( -name node_modules -o -name dist \) -prune -o -type f ! -name '.*' ! -name '*.test.*' -exec cksum {} + | LC_ALL=C sort | cksum
}

bundled_node_works() {
  case $(node_modules/.bin/node --version 2>/dev/null) in v24.*) return 0 ;; *) return 1 ;; esac
}

# What node_modules lacks, by npm's own record of what it put there: nothing (0), something (1), or something while the
# lock file itself lacks optional packages of other systems (2). npm leaves those out of a lock file where its registry
# does not have them, and then refuses that lock file in `npm ci`, though not in `npm install`.
packages_lacking() {
  PATH=$plain node -e '
    const { existsSync, readFileSync } = require("fs");
    const read = (file) => JSON.parse(readFileSync(file, "utf8")).packages;
    const wanted = read("package-lock.json");
    const record = "node_modules/.package-lock.json";
    const have = existsSync(record) && !existsSync("node_modules/.unfinished") ? read(record) : {};
    // What is optional counts where it is made for this very system: without it PostgreSQL or the page builder is missing.
    const ours = ({ os, cpu, libc }) => os?.includes(process.platform) && cpu?.includes(process.arch) && !libc?.includes("musl");
    const lacking = Object.entries(wanted).some(([name, entry]) =>
      name !== "" && (!entry.optional || ours(entry)) && have[name]?.version !== entry.version);
    const names = new Set(Object.keys(wanted).map((name) => name.replace(/^.*node_modules\//, "")));
    const complete = Object.values(wanted).every((entry) => Object.keys(entry.optionalDependencies ?? {}).every((name) => names.has(name)));
    process.exit(lacking ? (complete ? 1 : 2) : 0);
  '
}

need_node() {
  PATH=$plain command -v node >/dev/null 2>&1 || fail '没有 Node.js / Node.js is missing (20 or later, with npm 10 or later)' \
    'https://nodejs.org/en/download   (Debian 13, Ubuntu 25: apt-get install -y nodejs npm; macOS: brew install node)'
  PATH=$plain node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' \
    || fail "Node.js 太旧 / too old: $(PATH=$plain node --version), needed: 20 or later" 'https://nodejs.org/en/download   (or: npx --yes n 24)'
}

need_npm() {
  PATH=$plain command -v npm >/dev/null 2>&1 || fail '没有 npm / npm is missing' 'apt-get install -y npm   (macOS: brew install node)'
  npm_version=$(PATH=$plain npm --version 2>/dev/null)
  [ "${npm_version%%.*}" -ge 10 ] 2>/dev/null || fail "npm 太旧 / too old: ${npm_version:-?}, needed: 10 or later" 'npm install --global npm@11'
}

install_packages() {
  need_node
  packages_lacking
  lacking=$?
  if [ "$lacking" != 0 ]; then
    need_npm
    # Half of an earlier attempt would be taken for installed packages.
    if [ ! -f node_modules/.package-lock.json ] || [ -f node_modules/.unfinished ]; then rm -rf node_modules; fi
    mkdir -p node_modules && : >node_modules/.unfinished
    if [ "$lacking" = 2 ]; then how='install --no-save'; else how=ci; fi
    say "下载程序库(第一次约一分钟)/ fetching packages (npm $how; about a minute the first time) …"
    # shellcheck disable=SC2086 # two words
    PATH=$plain npm $how --include=dev --no-audit --no-fund --loglevel=error </dev/null >&2 || fail '程序库没有下载成功(上面有原因;多半是网络)/ the packages could not be fetched, see above; most often it is the network' \
      'npm config set registry https://registry.npmmirror.com   (a mirror; behind a proxy: npm config set proxy http://HOST:PORT), then again'
    rm -f node_modules/.unfinished
  fi
  bundled_node_works || mend_node
  PATH=$root/node_modules/.bin:$PATH
  export PATH
}

# The package "node" fetches its binary in an install script, which npm may have been told not to run.
mend_node() {
  need_npm
  say '下载 Node 24 / fetching Node 24 …'
  if [ -f node_modules/node/installArchSpecificPackage.js ]; then
    # Its own script, run by hand: npm would apply the same setting again.
    (cd node_modules/node && PATH=$plain npm_config_ignore_scripts=false node installArchSpecificPackage.js </dev/null >&2)
  fi
  bundled_node_works || (mkdir -p node_modules/.bin && ln -sf ../node/bin/node node_modules/.bin/node)
  bundled_node_works && return
  case $(PATH=$plain node --version) in
    v2[4-9].* | v[3-9][0-9].*)
      say "用系统的 Node / using this machine's Node: $(PATH=$plain node --version)"
      rm -f node_modules/.bin/node
      ;;
    *) fail 'Node 24 没有下载成功 / Node 24 could not be fetched (npm package "node")' 'npm rebuild node --ignore-scripts=false   (or install Node 24: https://nodejs.org/en/download)' ;;
  esac
}

build_page() {
  now=$(fingerprint dispatcher-ui services/contracts package-lock.json)
  [ -f dispatcher-ui/dist/index.html ] && [ "$(cat dispatcher-ui/dist/.built-from 2>/dev/null)" = "$now" ] && return
  say '构建坐席页面 / building the page …'
  vite build dispatcher-ui --logLevel warn </dev/null >&2 || fail '页面没有构建成功(上面有原因)/ the page could not be built, see above'
  printf '%s\n' "$now" >dispatcher-ui/dist/.built-from
}

root=$(CDPATH='' cd -- "$launch/../../.." && pwd -P) || exit 1
cd "$root" || exit 1
plain=$(plain_path)
