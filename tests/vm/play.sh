#!/bin/sh
# What is tried in the virtual machine, as three people: root, an ordinary user with a
# range of ids (1000) and one without (1001). Prints `ok` and `not ok`, ends with 1
# when anything was not ok.
binary=/test/plimsoll
wrong=0

# as WHO COMMAND...: the command in that person's part of the control group tree.
as() {
    who=$1
    shift
    if [ "$who" = root ]; then
        HOME=/home/root TMPDIR=/home/root sh -c 'cd && exec "$@"' as "$@"
        return
    fi
    (
        uid=$(id -u "$who")
        sh -c "echo \$PPID >/sys/fs/cgroup/user-$uid/session/cgroup.procs"
        export HOME="/home/$who" XDG_RUNTIME_DIR="/run/user/$uid" USER="$who" SHELL=/bin/sh
        export TMPDIR="$HOME"
        exec su -p -s /bin/sh "$who" -c 'cd && exec "$@"' as "$@"
    )
}

# try WHO NAME COMMAND...
try() {
    who=$1
    name=$2
    shift 2
    if as "$who" "$@" >/tmp/output 2>&1; then
        echo "ok $who: $name"
    else
        wrong=1
        echo "not ok $who: $name"
        sed 's/^/    /' /tmp/output
    fi
}

for who in root mapped single; do
    echo "# $who"
    as "$who" "$binary" doctor | sed 's/^/    /'
    try "$who" "both labs, played and graded" "$binary" demo
    for scenario in /test/scenarios/*.sh; do
        [ -e "$scenario" ] || continue
        try "$who" "$(basename "$scenario" .sh)" sh "$scenario" "$binary"
        grep '^ok' /tmp/output
    done
    left=$(ps -o pid,args | grep '[p]limsoll' | grep -v play.sh)
    if [ -n "$left" ]; then
        wrong=1
        echo "not ok $who: nothing is left"
        echo "$left" | sed 's/^/    /'
    else
        echo "ok $who: nothing is left"
    fi
done
exit $wrong
