#!/bin/sh
# By hand: a clone of HEAD in a folder that only we can enter, `npm start` twice, SIGTERM to npm's group each time, with
# nothing in the environment but PATH and HOME. Prints how long each start took. Needs the network (npm).
#   sh test/faults/fresh-clone.sh [FOLDER]     a new one, removed afterwards; default: below $HOME
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
if [ -n "${1:-}" ]; then
  [ ! -e "$1" ] || { echo "$1 is there already, and would be removed"; exit 2; }
  mkdir -p "$1" && folder=$(cd "$1" && pwd -P)
else
  folder=$(mktemp -d "$HOME/.yijiantong-fresh-XXXXXX")
fi
chmod 700 "$folder"
pid=
cleanup() {
  [ -z "$pid" ] || kill -KILL "-$pid" 2>/dev/null || :
  rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

git clone --quiet "$root" "$folder/clone"
cd "$folder/clone"
plain=$(printf '%s' "$PATH" | tr ':' '\n' | grep -v 'node_modules/.bin$' | paste -sd: -)
echo "commit $(git rev-parse --short HEAD), $(uname -sm), Node $(PATH=$plain node --version), npm $(PATH=$plain npm --version), as $(id -un), in a folder of mode $(stat -c %a "$folder" 2>/dev/null || stat -f %Lp "$folder")"

for start in first second; do
  from=$(date +%s)
  # Now, not when the process in the background gets its turn: the last start's "ready" is still in it.
  : >"$folder/log"
  # A process group of its own, as a terminal gives it one.
  setsid env -i PATH="$plain" HOME="$HOME" HTTP_PORT=0 MQTT_PORT=0 MQTT_WS_PORT=0 npm start >"$folder/log" 2>&1 &
  pid=$!
  while ! grep -q '^ready ' "$folder/log"; do
    kill -0 "$pid" 2>/dev/null || { cat "$folder/log"; echo "FAILED: the $start start ended before it was ready"; exit 1; }
    sleep 0.2
  done
  echo "$start start: $(grep '^ready ' "$folder/log") after $(($(date +%s) - from)) s"
  kill -TERM "-$pid"
  code=0
  wait "$pid" || code=$?
  pid=
  left=$(pgrep -f "$folder" || :)
  [ "$code" = 0 ] || { tail -20 "$folder/log"; echo "FAILED: exit code $code on SIGTERM"; exit 1; }
  [ -z "$left" ] || { ps -o pid,args -p $left; echo "FAILED: left running"; exit 1; }
  echo "$start start: exit code 0 on SIGTERM, nothing left running"
done
git status --short | sed 's/^/FAILED: it changed the clone: /' | tee "$folder/changed"
[ ! -s "$folder/changed" ]
