sleep 100 &
sleep 200 &
jobs
kill %1
wait %1
echo $?
kill -s KILL %sleep
wait
jobs
#= [1]   Running                 sleep 100 &
#= [2]+  Running                 sleep 200 &
#= 143
