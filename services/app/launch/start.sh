#!/bin/sh
# npm start: everything a fresh clone lacks, then the platform in place of this shell (exec: signals reach it alone).
set -u
launch=$(dirname -- "$0")
. "$launch/prepare.sh"
install_packages
build_page
exec node services/app/start.ts
