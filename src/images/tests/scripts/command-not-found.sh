nosuch
echo "status $?"
apt-get update
echo "status $?"
dnf install x
./nosuch
echo "status $?"
if nosuch 2>/dev/null; then echo yes; else echo no; fi
touch plain; ./plain
echo "status $?"
docker ps
systemctl restart nginx
echo "status $?"
#= SCRIPT: nosuch: command not found
#= status 127
#= SCRIPT: apt-get: command not found
#= hint: this image is made of Plimsoll's own tools and has no packages. `apt-get`
#= hint: belongs to a Debian base, which this version of Plimsoll does not carry.
#= status 127
#= SCRIPT: dnf: command not found
#= hint: `dnf` belongs to another distribution. This image is made of
#= hint: Plimsoll's own tools and has no packages.
#= SCRIPT: ./nosuch: No such file or directory
#= status 127
#= no
#= SCRIPT: ./plain: Permission denied
#= status 126
#= SCRIPT: docker: command not found
#= hint: this is the shell of a container. `exit` leaves it; `docker` is in the lab's shell.
#= SCRIPT: systemctl: command not found
#= hint: a container runs one program and no service manager: `docker restart` restarts it,
#= hint: `docker logs` shows what it prints.
#= status 127
