for ((i = 0; i < 3; i++)); do [ $i = 1 ] && continue; echo $i; done
until [ "$n" = xx ]; do n=x$n; done; echo $n
while true; do while true; do break 2; done; done; echo out
case file.txt in *.sh) echo script ;; *.txt | *.md) echo text ;; esac
if [[ abc =~ ^a(.)c$ ]]; then echo ${BASH_REMATCH[1]}; fi
[[ foo.txt == *.txt && ! -e /nosuch ]] && echo matched
f() { local inner=1; return 3; }; f; echo "$? [$inner]"
fact() { [ $1 -le 1 ] && echo 1 && return; echo $(($1 * $(fact $(($1 - 1))))); }; fact 5
(cd /; exit 6); echo $?
set -- -a -b value rest
while getopts ab: o; do echo "$o $OPTARG"; done
echo 'y=sourced' > lib.sh; . ./lib.sh; echo $y
eval 'z=evaluated'; echo $z
exec 3> third; echo hello >&3; exec 3>&-; cat third
{ echo out; echo err >&2; } 2>&1 | sort
exec echo replaced
echo not reached
#= 0
#= 2
#= xx
#= out
#= text
#= b
#= matched
#= 3 []
#= 120
#= 6
#= a 
#= b value
#= sourced
#= evaluated
#= hello
#= err
#= out
#= replaced
