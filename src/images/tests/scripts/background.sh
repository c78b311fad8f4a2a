sleep 100 &
pid=$!
kill -0 $pid && echo running
kill -9 $pid
wait $pid
echo "killed: $?"
x='two  words'
{ echo "group: $x"; exit 5; } &
wait $!
echo "group ended: $?"
first=$$
{ [ $$ = $first ] && echo 'same $$'; } &
wait
f() { echo "function: $1"; }
f 'a b' &
wait
echo piped | cat &
wait
echo to a file > out &
wait
cat out
cat <<EOF &
here $((1 + 1))
EOF
wait
for i in 3 2 1; do (sleep 0.$i; echo "after 0.$i") & done
wait
(exit 4) & wait -n; echo "any: $?"
wait 99999999
echo $?
#= running
#= killed: 137
#= group: two  words
#= group ended: 5
#= same $$
#= function: a b
#= piped
#= to a file
#= here 2
#= after 0.1
#= after 0.2
#= after 0.3
#= any: 4
#= SCRIPT: wait: pid 99999999 is not a child of this shell
#= 127
