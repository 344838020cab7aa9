#!/bin/sh
# Installs what the tests need besides Python packages: Java for ODK Validate and JavaRosa, PostgreSQL,
# Chromium, LibreOffice, PSPP, pdftotext. Where it may not install, it says the exact command and stops.
set -eu

missing=""
need() { # need PACKAGE TEST…
    package=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}

need openjdk-17-jdk-headless command -v javac
need postgresql sh -c 'command -v initdb || ls /usr/lib/postgresql/*/bin/initdb'
need chromium command -v chromium
need libreoffice-calc-nogui command -v soffice
need pspp command -v pspp # reads SPSS files
need poppler-utils command -v pdftotext
need libatomic1 sh -c 'ls /usr/lib/*/libatomic.so.1' # the driver of Playwright needs it
need fonts-dejavu-core sh -c 'ls /usr/share/fonts/truetype/*/*.ttf'

[ -n "$missing" ] || exit 0
command="apt-get install -y --no-install-recommends$missing"
if ! command -v apt-get >/dev/null 2>&1; then
    echo "The tests need:$missing. This machine has no apt-get; install them with its own package manager." >&2
    exit 1
fi
if [ "$(id -u)" = 0 ]; then
    sudo=""
elif sudo -n true 2>/dev/null; then
    sudo="sudo -n"
else
    echo "The tests need:$missing. Install them with: sudo $command" >&2
    exit 1
fi
echo "Installing:$missing …" >&2
$sudo apt-get update -qq
$sudo env DEBIAN_FRONTEND=noninteractive $command >/tmp/processor-test-tools.$$.log 2>&1 || {
    tail -n 20 /tmp/processor-test-tools.$$.log >&2
    echo "That failed. Try it by hand: sudo $command" >&2
    exit 1
}
rm -f /tmp/processor-test-tools.$$.log
