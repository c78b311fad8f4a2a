for form in -9 -KILL -SIGKILL '-s KILL' '-s 9' '-n 9'; do
    sleep 100 & kill $form $!; wait $!; echo $?
done
kill -l 9
kill -l 137
kill -l TERM
kill -0 $$ && echo here
kill 99999999
kill -NOSUCH $$
echo $?
kill %7
kill word
#= 137
#= 137
#= 137
#= 137
#= 137
#= 137
#= KILL
#= KILL
#= 15
#= here
#= SCRIPT: kill: (99999999) - No such process
#= SCRIPT: kill: NOSUCH: invalid signal specification
#= 1
#= SCRIPT: kill: %7: no such job
#= SCRIPT: kill: word: arguments must be process or job IDs
#? 1
