printf 'b\na\nb\n' | sort | uniq -c | sort -rn | head -n 1
echo a:b:c | cut -d: -f2; echo hello | tr a-z A-Z; printf '1\n2\n' | paste -sd+
seq 10 | tail -n 2; seq 5 | tail -n +4; seq -s, 3
echo abc | sed 's/b/X/; s/c$/Y/'; seq 3 | sed -n 2p
echo foo > file; sed -i s/foo/bar/ file; cat file; echo a.b | sed -E 's/(.)\.(.)/\2\1/'
printf 'foo\nbar\nFoo\n' | grep -i foo; seq 3 | grep -v 2; printf 'a\nb\n' | grep -c a
echo abc | grep -o b; printf 'x1\nyz\n' | grep -E '[0-9]$'; grep -q zzz file || echo none
seq 3 | grep -A1 2; grep -rn bar .
printf abc | sha256sum; printf abc | md5sum; printf abc | base64; printf YWJj | base64 -d; echo
printf AB | od -An -tx1; expr 3 + 4; printf '%s-%03d\n' a 7; date -u -d @0 +%F
printf '1 a\n2 b\n' > j; printf '1 x\n2 y\n' > k; join j k; yes | head -n 2; tac j
env -i A=1 env; timeout 0.1 sleep 9; echo $?
#=       2 b
#= b
#= HELLO
#= 1+2
#= 9
#= 10
#= 4
#= 5
#= 1,2,3
#= aXY
#= 2
#= bar
#= ba
#= foo
#= Foo
#= 1
#= 3
#= 1
#= b
#= x1
#= none
#= 2
#= 3
#= ./file:1:bar
#= ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  -
#= 900150983cd24fb0d6963f7d28e17f72  -
#= YWJj
#= abc
#=  41 42
#= 7
#= a-007
#= 1970-01-01
#= 1 a x
#= 2 b y
#= y
#= y
#= 2 b
#= 1 a
#= A=1
#= 124
