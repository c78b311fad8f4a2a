trap 'echo stopping' TERM
serve() {
    kill -TERM $$
    sleep 0.2
    echo "after the first command"
    echo "and the second"
}
serve
#= stopping
#= after the first command
#= and the second
