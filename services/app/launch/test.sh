#!/bin/sh
# npm test: everything a fresh clone lacks, the engines and the browser to test against, then vitest in place of this shell.
set -u
launch=$(dirname -- "$0")
# The last line of a run is its count, also of one that could not begin.
last_words='0 passed, 1 failed'
. "$launch/prepare.sh"

has() { PATH=$PATH:/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin command -v "$1" >/dev/null 2>&1; }

has_chromium() {
  has chromium || has chromium-browser || has google-chrome || [ -d '/Applications/Google Chrome.app' ]
}

# Chinese text must be readable on the screenshots.
has_chinese_font() {
  [ "$(uname)" = Darwin ] && return
  [ -n "$(fc-list ':lang=zh-cn' 2>/dev/null | head -n 1)" ] || [ -n "$(find /usr/share/fonts -name 'NotoSansCJK*' 2>/dev/null | head -n 1)" ]
}

missing_engines() {
  missing=
  has_chromium || missing="$missing chromium"
  has_chinese_font || missing="$missing fonts-noto-cjk"
  has mosquitto || missing="$missing mosquitto"
  has mosquitto_rr || missing="$missing mosquitto-clients"
  has redis-server || missing="$missing redis-server"
  missing=${missing# }
}

# The engines are programs here, not services: Debian would start them at once, on ports that are ours.
apt_install() {
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy"
    trap 'rm -f "$policy"' EXIT
    trap 'exit 130' INT TERM
  else
    policy=
  fi
  { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"; } </dev/null >&2
  installed=$?
  if command -v systemctl >/dev/null 2>&1; then
    for service in mosquitto redis-server; do
      case " $* " in *" $service "*) systemctl disable "$service" >/dev/null 2>&1 ;; esac
    done
  fi
  trap - EXIT INT TERM
  [ -z "$policy" ] || rm -f "$policy"
  return "$installed"
}

install_engines() {
  missing_engines
  [ -n "$missing" ] || return
  if command -v apt-get >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ]; then
      say "安装测试用的程序 / installing what the tests run against: $missing …"
      # shellcheck disable=SC2086 # a list of package names
      apt_install $missing || fail "apt-get 没有成功(上面有原因)/ apt-get failed, see above" "apt-get update && apt-get install -y $missing"
      missing_engines
      [ -n "$missing" ] || return
      fail "装了还是没有 / installed, but still not found: $missing" "apt-get install -y --reinstall $missing"
    fi
    fail "缺少测试用的程序 / the tests run against programs that are missing: $missing" "sudo apt-get update && sudo apt-get install -y $missing"
  fi
  if [ "$(uname)" = Darwin ]; then
    fail "缺少测试用的程序 / the tests run against programs that are missing: $missing" 'brew install mosquitto redis && brew install --cask chromium'
  fi
  fail "缺少测试用的程序 / the tests run against programs that are missing: $missing" 'install them with the package manager of this system'
}

install_packages
build_page
install_engines
exec vitest run "$@"
