bash -c 'kill -TERM $$; sleep 1; echo not reached'; echo $?
bash -c 'sleep 0.1; kill -INT $$; sleep 1; echo not reached'; echo $?
bash -c 'kill -HUP $$; sleep 1; echo not reached'; echo $?
#= 143
#= 130
#= 129
