# What any sh has built in, sh has built in: no program is started for it.
sh -c 'PATH=/nowhere; i=0; while [ $i -lt 3 ]; do i=$((i+1)); printf "%s " $i; done; echo; test -d / && echo yes'
sh -c 'f() { local x=inside; echo $x; }; x=outside; f; echo $x'
sh -c 'type [ echo printf test'
bash -c 'type [ echo printf test'
#= 1 2 3 
#= yes
#= inside
#= outside
#= [ is a shell builtin
#= echo is a shell builtin
#= printf is a shell builtin
#= test is a shell builtin
#= [ is a shell builtin
#= echo is a shell builtin
#= printf is a shell builtin
#= test is a shell builtin
