bash -c 'exit 3'; echo $?
sh -c 'exit 4'; echo $?
bash -c 'kill -9 $$'; echo $?
bash -c 'set -e; false; echo not reached'; echo $?
bash -uc 'echo $unset'; echo $?
bash -c 'true | false'; echo $?
bash -c 'set -o pipefail; false | true'; echo $?
bash -c 'false | true | (exit 3); echo ${PIPESTATUS[@]}'
exit 7
#= 3
#= 4
#= 137
#= 1
#= bash: unset: unbound variable
#= 1
#= 1
#= 1
#= 1 0 3
#? 7
