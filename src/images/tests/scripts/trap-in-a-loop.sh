trap 'echo bye; exit 5' TERM
(sleep 0.2; kill -TERM $$) &
while :; do sleep 0.05; done
#= bye
#? 5
