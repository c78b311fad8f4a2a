# A reader that goes away ends a program quietly.
yes | head -n 1
seq 1000000 | head -n 1
ps aux | head -n 0
cat /dev/zero | head -c 3 | wc -c
#= y
#= 1
#= 3
