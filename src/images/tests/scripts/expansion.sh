s=hello.tar.gz
echo ${s%.gz} ${s##*.} ${s/l/L} ${s//l/L} ${s:1:3} ${#s} ${s^^} ${unset:-default}
echo {1..5} a{b,c}d
a=(x 'y y' z); a+=(w)
echo ${#a[@]} "${a[1]}" ${a[@]:2:2} ${a[-1]}
for one in "${a[@]}"; do echo "<$one>"; done
declare -A m=([one]=1 [two]=2); echo ${m[two]} ${#m[@]}
echo $((7 / 2)) $((7 % 3)) $((2 ** 10)) $((1 << 4))
echo "$(echo "nested $(echo deeper)")" `echo old`
echo $'tab\there'
set -- one 'two three' four; echo $# "$2"; shift; echo "$*"
mapfile -t lines < <(seq 3); echo ${#lines[@]} ${lines[2]}
IFS=, read -r p q <<< '1,2'; echo $q
mkdir d; touch d/a.txt d/b.txt d/c.sh; echo d/*.txt d/*.none
#= hello.tar gz heLlo.tar.gz heLLo.tar.gz ell 12 HELLO.TAR.GZ default
#= 1 2 3 4 5 abd acd
#= 4 y y z w w
#= <x>
#= <y y>
#= <z>
#= <w>
#= 2 2
#= 3 1 1024 16
#= nested deeper old
#= tab	here
#= 3 two three
#= two three four
#= 3 3
#= 2
#= d/a.txt d/b.txt d/*.none
