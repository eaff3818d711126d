#!/bin/sh
# Makes a Debian package of what `make install` put into ROOT.     build.sh ROOT VERSION ARCH FOLDER
# From the environment: STRIP, and SOURCE_DATE_EPOCH for the dates in it.
set -eu
root=$1 version=$2 arch=$3 folder=$4
here=$(dirname "$0")
doc=$root/usr/share/doc/tsllm-top
package=$folder/tsllm-top_${version}_$arch.deb

# Debian's zsh looks for packaged completions in a place of its own.
mv "$root/usr/share/zsh/site-functions" "$root/usr/share/zsh/vendor-completions"
"$STRIP" -R .comment "$root"/usr/bin/*
gzip -9n "$root"/usr/share/man/man*/*

mkdir -p "$doc" "$root/DEBIAN"
cp "$here/README.Debian" "$doc"
maintainer=$(sed -n 's/^Maintainer: //p' "$here/control")
{
	printf 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: tsllm-top\n\n'
	printf 'Files: *\n%s\nLicense: Expat\n' "$(sed -n 's/^Copyright (c)/Copyright:/p' "$here/../../../LICENSE")"
	sed -n '/^Permission/,$ { s/^$/./; s/^/ /; p }' "$here/../../../LICENSE"
} > "$doc/copyright"
printf 'tsllm-top (%s) stable; urgency=medium\n\n  * Built from the sources of this version.\n\n -- %s  %s\n' \
	"$version" "$maintainer" "$(date -u -R -d "@$SOURCE_DATE_EPOCH")" | gzip -9n > "$doc/changelog.gz"

# dpkg-shlibdeps wants the sources of a package around it.
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
mkdir "$work/debian"
printf 'Source: tsllm-top\n\nPackage: tsllm-top\nArchitecture: any\n' > "$work/debian/control"
programs=$(cd "$root/usr/bin" && printf "$PWD/%s " *)
# shellcheck disable=SC2086
depends=$(cd "$work" && DEB_HOST_ARCH=$arch dpkg-shlibdeps -O $programs)
sed "s/@VERSION@/$version/; s/@ARCH@/$arch/; s/@LIBRARIES@/${depends#*=}/; s/@SIZE@/$(du -sk "$root/usr" | cut -f1)/" \
	"$here/control" > "$root/DEBIAN/control"
(cd "$root" && find usr -type f -exec md5sum {} + | LC_ALL=C sort -k 2) > "$root/DEBIAN/md5sums"
install -m 755 "$here/postinst" "$here/postrm" "$root/DEBIAN"
dpkg-deb --root-owner-group --build "$root" "$package" > /dev/null
echo "$package"
