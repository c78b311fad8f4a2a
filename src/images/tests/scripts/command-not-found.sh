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
