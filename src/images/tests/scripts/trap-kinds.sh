bash -c 'trap "echo end" EXIT; echo body'
bash -c 'trap "echo end \$?" EXIT; exit 4'; echo $?
bash -c 'trap "echo failed" ERR; false; true'
bash -c 'trap "" TERM; kill -TERM $$; sleep 0.1; echo deaf'
bash -c 'trap "echo int; exit 9" INT; kill -INT $$; sleep 1; echo not reached'; echo $?
bash -c 'trap "echo one" USR1; kill -USR1 $$; sleep 0.1; trap - USR1; kill -USR1 $$; sleep 1; echo not reached'; echo $?
bash -c 'trap "echo a" USR1; trap "echo b" USR1; trap -p USR1'
bash -c 'cleanup() { echo clean; }; trap cleanup EXIT; trap "exit 3" TERM; sleep 0.2 & kill -TERM $$; wait; echo not reached'; echo $?
#= body
#= end
#= end 4
#= 4
#= failed
#= deaf
#= int
#= 9
#= one
#= 138
#= trap -- 'echo b' SIGUSR1
#= clean
#= 3
