sleep 7777 &
until [ "$(ps -o args= -p $!)" = 'sleep 7777' ]; do sleep 0.01; done
ps -ef | grep -q 'sleep 777[7]' && echo seen
ps aux | head -n 1 | tr -s ' '
ps -o pid= -p $! | grep -qw $! && echo listed
kill $!
ps -o nosuch
echo $?
which sh | grep -c /sh; which nosuch || echo none
#= seen
#= USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND
#= listed
#= error: unknown user-defined format specifier "nosuch"
#= 
#= Usage:
#=  ps [options]
#= 
#=  Options: aux, -e, -f, -p PID, -u USER, -o COLUMNS
#= 1
#= 1
#= none
