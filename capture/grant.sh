#!/bin/sh
# Gives an installed tsllm-capture the one right that it wants; where the group exists, to its members only.
# Says what is left to do.     grant.sh DESTDIR PROGRAM GROUP SETCAP
#
# The group comes first: a file that changes hands loses its right, and nobody else shall have it in between.
# A package (DESTDIR) does that where it is unpacked, by the groups of that machine.
set -u
destdir=$1 program=$2 group=$3 setcap=$4

restrict() { chown "root:$group" "$program" && chmod 750 "$program"; }
grant() { eval "$setcap \"\$destdir\$program\""; }
to_restrict() {
	echo "    sudo chown root:$group $program; sudo chmod 750 $program; sudo setcap cap_net_raw+ep $program"
}
has_group=
[ -z "$destdir" ] && [ -n "$group" ] && getent group "$group" >/dev/null && has_group=yes

if [ "$has_group" ] && [ "$(id -u)" = 0 ] && ! restrict; then
	echo "$program was not given to the group $group, and so not the right to capture packets." >&2
	exit 1
elif ! { [ "$has_group" ] && [ "$(id -u)" != 0 ]; } && grant; then
	if [ "$has_group" ]; then
		echo "Members of the group $group may capture packets. To join it, run this and log in again:"
		echo "    sudo usermod -aG $group \$USER"
	elif [ -z "$destdir" ]; then
		echo "Everybody on this machine may capture packets. To allow it to a group only:"
		echo "    sudo groupadd --system $group; sudo usermod -aG $group \$USER"
		to_restrict
	fi
else
	echo "To capture packets it needs:"
	if [ "$has_group" ]; then to_restrict; else echo "    sudo setcap cap_net_raw+ep $program"; fi
fi
