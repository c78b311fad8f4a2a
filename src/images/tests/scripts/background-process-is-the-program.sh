# The number in $! is the program's own, so that a signal reaches it.
sleep 100 &
pid=$!
until [ "$(cat /proc/$pid/comm)" = sleep ]; do sleep 0.01; done
tr '\0' ' ' < /proc/$pid/cmdline; echo
kill $pid; wait $pid; echo $?
#= sleep 100 
#= 143
