#!/bin/sh
# Installs the Debian packages that are named and missing; says the command where it may not.
set -eu
missing=
for package in "$@"; do
	dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if ! command -v apt-get >/dev/null; then
	echo "tsllm-top needs:$missing (this is no Debian: install their equivalents)" >&2
	exit 0
fi
sudo=
[ "$(id -u)" = 0 ] || sudo="sudo -n"
if [ -n "$sudo" ] && ! sudo -n true 2>/dev/null; then
	echo "Packages are missing. Install them with:" >&2
	echo "    sudo apt-get install -y --no-install-recommends$missing" >&2
	exit 1
fi
# Parts of one run may want some at the same time; apt-get does not wait for another.
$sudo flock /run/lock/tsllm-top-packages sh -ec 'apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null' sh $missing
