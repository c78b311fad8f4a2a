#!/bin/sh
# What a kernel may do differently: networks, published ports, exec, pause, copies of
# files, many containers, a killed engine. `basics.sh PLIMSOLL`, as whoever runs it.
set -u
plimsoll=$1
export PLIMSOLL_HOME="$HOME/basics" PLIMSOLL_WORK="$HOME/basics-work"
wrong=0

lab() {
    "$plimsoll" shell hello-world -- "$@"
}
docker() {
    lab docker "$@"
}
# is NAME EXPECTED FOUND
is() {
    if [ "$2" = "$3" ]; then
        echo "ok $1"
    else
        wrong=1
        echo "not ok $1: expected '$2', found '$3'"
    fi
}

is "a container prints" hi "$(docker run --rm base echo hi 2>/dev/null)"
is "an exit code arrives" 7 "$(docker run --rm base sh -c 'exit 7' 2>/dev/null; echo $?)"
is "no network" lo "$(docker run --rm --network none base ls /sys/class/net 2>/dev/null)"
is "a bridge" 172.17.0.2 \
    "$(docker run --rm base sh -c "ip -4 addr show eth0 | grep -o '172[0-9.]*' | head -n 1")"

docker run -d --name web -p 8080:80 nginx >/dev/null 2>&1
# It listens in its own time.
docker run --rm --network host base sh -c "
    for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        curl -sS http://localhost:8080 && exit
        sleep 1
    done" >"$HOME/page" 2>&1
is "a published port answers in the lab" 1 "$(grep -c '<h1>' "$HOME/page")"
grep -q '<h1>' "$HOME/page" || {
    sort "$HOME/page" | uniq -c
    docker ps -a
    docker logs web
}
is "exec" web "$(docker exec -e NAME=web web sh -c 'echo $NAME')"
docker pause web >/dev/null
is "pause" paused "$(docker inspect -f '{{.State.Status}}' web)"
docker unpause web >/dev/null
is "unpause" running "$(docker inspect -f '{{.State.Status}}' web)"
echo kept >"$HOME/kept"
docker cp "$HOME/kept" web:/tmp/kept 2>/dev/null
is "a copied file" kept "$(docker exec web cat /tmp/kept)"
is "what was changed" "A /tmp/kept" "$(docker diff web | grep kept)"
docker restart -t 1 web >/dev/null
is "the layer outlives a restart" kept "$(docker exec web cat /tmp/kept)"
is "owners" "33:33" "$(docker exec web sh -c 'touch /tmp/o && chown 33:33 /tmp/o' &&
    docker cp web:/tmp/o - | tar -tvf - --numeric-owner 2>/dev/null | tr -s ' ' | cut -d' ' -f2 | tr / :)"

for number in 1 2 3 4 5; do
    docker run -d base sleep 1000 >/dev/null
done
is "six run" 6 "$(docker ps -q | wc -l)"

engine=$(grep -o '"pid": *[0-9]*' "$PLIMSOLL_HOME/labs/hello-world/engine.json" | grep -o '[0-9]*')
kill -9 "$engine"
is "after a killed engine all are exited" 6 "$(docker ps -aq -f status=exited | wc -l)"
is "with the code of SIGKILL" 137 "$(docker inspect -f '{{.State.ExitCode}}' web)"
docker start web >/dev/null
is "and start again" kept "$(docker exec web cat /tmp/kept)"

"$plimsoll" stop hello-world >/dev/null
exit $wrong
