trap 'echo "got TERM"' TERM
sleep infinity &
sleeper=$!
(sleep 0.2; kill -TERM $$) &
wait $sleeper
echo "wait: $?"
kill $sleeper
#= got TERM
#= wait: 143
