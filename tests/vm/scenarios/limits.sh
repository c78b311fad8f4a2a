#!/bin/sh
# limits.sh BINARY: what delegated cgroup v2 gives a lab, tried as an ordinary user
# with BINARY. Needs a shell with the usual small tools (busybox has them), and to
# be in a cgroup that is this user's. Files go below $TMPDIR, whose file system has to
# keep extended attributes; the root may be no initramfs (pivot_root(2)). Prints
# "ok NAME" or "not ok NAME WHY", and exits with 1 where there was one of the latter.

binary=$1
lab=hello-world
work=$(mktemp -d) || exit 1
export PLIMSOLL_HOME="$work/data" PLIMSOLL_WORK="$work/work" XDG_RUNTIME_DIR="$work/run"
export HOME="$work" LC_ALL=C
mkdir -m 700 "$XDG_RUNTIME_DIR"
failed=0

ok() {
    echo "ok $1"
}

not_ok() {
    failed=1
    echo "not ok $1 $2"
}

# is NAME EXPECTED ACTUAL
is() {
    if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "expected '$2', got '$3'"; fi
}

# has NAME PART TEXT
has() {
    case $3 in *"$2"*) ok "$1" ;; *) not_ok "$1" "no '$2' in '$3'" ;; esac
}

# hasnt NAME PART TEXT
hasnt() {
    case $3 in *"$2"*) not_ok "$1" "'$2' in '$3'" ;; *) ok "$1" ;; esac
}

docker() {
    DOCKER_HOST="unix://$XDG_RUNTIME_DIR/plimsoll/$lab.sock" "$binary" docker "$@"
}

# The directory of a container's cgroup; of the lab without an argument.
cgroup() {
    path=$(sed -n 's/.*"path":"\([^"]*\)".*/\1/p' "$PLIMSOLL_HOME/labs/$lab/engine.json")
    echo "$path${1:+/$(docker inspect -f '{{.Id}}' "$1")}"
}

"$binary" env $lab >/dev/null || { not_ok start "no lab"; exit 1; }
is driver 'cgroupfs 2' "$(docker info --format '{{.CgroupDriver}} {{.CgroupVersion}}' 2>/dev/null)"
is support 'true true true' \
    "$(docker info --format '{{.MemoryLimit}} {{.CpuCfsQuota}} {{.PidsLimit}}' 2>/dev/null)"
labs_own=$(cgroup)
docker pull -q base >/dev/null || not_ok pull "no image"

docker run --name hog --memory 48m --memory-swap 48m base \
    sh -c 'exec dd if=/dev/zero of=/dev/null bs=100M count=1' >"$work/said" 2>&1
is memory-exit 137 $?
is memory-state 'true 137' "$(docker inspect -f '{{.State.OOMKilled}} {{.State.ExitCode}}' hog)"
is memory-event oom "$(docker events --since 1h --until 0s --filter event=oom --format '{{.Action}}')"
hasnt memory-no-stand-in 'No cgroup' "$(cat "$work/said")"
is memory-gone gone "$([ -d "$(cgroup hog)" ] || echo gone)"

docker run -d --name held --memory 64m --memory-reservation 32m --cpus 0.5 --cpu-shares 512 \
    --pids-limit 20 base sleep 1000 >/dev/null 2>"$work/said"
is create-warns '' "$(cat "$work/said")"
at=$(cgroup held)
is memory-max 67108864 "$(cat "$at/memory.max")"
is memory-low 33554432 "$(cat "$at/memory.low")"
is cpu-max '50000 100000' "$(cat "$at/cpu.max")"
is cpu-weight 20 "$(cat "$at/cpu.weight")"
is pids-max 20 "$(cat "$at/pids.max")"
is view 0::/ "$(docker exec held cat /proc/self/cgroup | grep '^0::')"
is exec-counted 2 "$(docker exec held cat /sys/fs/cgroup/pids.current)"
is view-read-only '' "$(docker exec held sh -c \
    'for f in cgroup.procs memory.max; do echo 0 2>/dev/null >/sys/fs/cgroup/$f && echo written; done')"
has stats '/ 64MiB' "$(docker stats --no-stream --format '{{.MemUsage}}' held)"

is update held "$(docker update --memory 128m --memory-swap 128m --cpus 1 --pids-limit 30 held 2>&1)"
is update-memory '134217728 0' "$(cat "$at/memory.max" "$at/memory.swap.max" 2>/dev/null | tr '\n' ' ' | sed 's/ $//')"
is update-cpu '100000 100000' "$(cat "$at/cpu.max")"
is update-pids 30 "$(cat "$at/pids.max")"

docker pause held >/dev/null
has pause 'frozen 1' "$(cat "$at/cgroup.events")"
docker unpause held >/dev/null
has unpause 'frozen 0' "$(cat "$at/cgroup.events")"
docker pause held >/dev/null
is remove-frozen held "$(docker rm -f held)"
is removed gone "$([ -d "$at" ] || echo gone)"

docker run -d --name bomb --pids-limit 8 base sh -c \
    'i=0; while [ $i -lt 30 ]; do sleep 1000 & i=$((i+1)); done; wait' >/dev/null
count=$(docker stats --no-stream --format '{{.PIDs}}' bomb)
is fork-bomb held "$([ "$count" -le 8 ] && echo held)"
docker rm -f bomb >/dev/null

has plan 'in cgroup' "$(docker run --explain --memory 64m base true)"
docker run --rm base true
is plain 0 $?

second=nginx-volumes
"$binary" env $second >/dev/null
is second-lab v2 "$(grep -q '"version":"v2"' "$PLIMSOLL_HOME/labs/$second/engine.json" && echo v2)"
docker run -d --name left base sleep 1000 >/dev/null
docker pause left >/dev/null
kill -9 "$(sed -n 's/.*"pid":\([0-9]*\).*/\1/p' "$PLIMSOLL_HOME/labs/$lab/engine.json")"
"$binary" env $lab >/dev/null
is killed-engine 137 "$(docker inspect -f '{{.State.ExitCode}}' left)"
"$binary" stop --all >/dev/null || not_ok stop "it failed"
is nothing-left gone "$([ -d "$labs_own" ] || echo gone)"
rm -rf "$work"
exit $failed
