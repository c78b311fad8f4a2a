printf 'bob\n' | { read -p 'name: ' who; echo "hi $who"; }
printf 'a 1\nb 2\n' | while read -r n v; do echo "$v$n"; done
#= hi bob
#= 1a
#= 2b
