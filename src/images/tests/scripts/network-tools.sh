ip -br link show lo | cut -c1-2
ip addr show lo | grep -c 'inet 127.0.0.1/8 scope host lo'
ip addr show nosuch; echo $?
ip frob; echo $?
curl -s http://127.0.0.1:1/; echo $?
curl https://localhost/; echo $?
curl http://no-such-host.invalid/; echo $?
curl; echo $?
curl --nosuch x; echo $?
curl 'http://'; echo $?
#= lo
#= 1
#= Device "nosuch" does not exist.
#= 1
#= Object "frob" or command "show" is unknown, try "ip help".
#= 255
#= 7
#= curl: (1) Protocol "https" not supported: this build speaks plain HTTP only
#= 1
#= curl: (6) Could not resolve host: no-such-host.invalid
#= 6
#= curl: (2) no URL specified
#= 2
#= curl: option --nosuch: is unknown
#= curl: try 'curl --help' for more information
#= 2
#= curl: (3) URL using bad/illegal format or missing URL
#= 3
