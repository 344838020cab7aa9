#!/bin/sh
# Makes .venv with the pinned packages of one requirements file, hashes enforced. Second call: nothing to do.
# usage: scripts/python-env.sh requirements.txt
set -eu
requirements=$1
stamp=.venv/installed-$(basename "$requirements" .txt)
python=${PYTHON:-python3}

say() { printf '%s\n' "$*" >&2; }

may_install() { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

if ! command -v "$python" >/dev/null 2>&1; then
    say "Expected Python 3.11 or newer as '$python', found none. Install it with: apt-get install -y python3 python3-venv"
    exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    say "Expected Python 3.11 or newer, found $("$python" --version). Install a newer one and run: make PYTHON=/path/to/python3.11 run"
    exit 1
fi
if [ -f "$stamp" ] && cmp -s "$requirements" "$stamp"; then
    exit 0
fi
if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    rm -rf .venv
    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
        # Debian keeps ensurepip in a package of its own.
        if may_install && command -v apt-get >/dev/null 2>&1; then
            say "Installing python3-venv …"
            as_root apt-get update -qq
            as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
        else
            say "Python's venv module is not complete. Install it with: sudo apt-get install -y python3-venv"
            exit 1
        fi
    fi
    "$python" -m venv .venv
fi
say "Installing the packages of $requirements …"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$requirements"
cp "$requirements" "$stamp"
