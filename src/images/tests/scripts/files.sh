touch f; ln -s f l; ln f h; mkdir -p x/y; cp -a f g; mv g k
ls -1F
readlink l; chmod 640 k; stat -c '%a %s %n' k
rm f h; rmdir x/y x; install -m 755 k i; stat -c %a i
printf abc > f; wc -c < f; truncate -s 10 f; stat -c %s f
dd if=/dev/zero bs=10 count=3 2> /dev/null | wc -c
basename /a/b.txt .txt; dirname /a/b.txt; realpath /usr/..
echo x | tee t; cat t -n < /dev/null
df / | wc -l; du -s . | wc -l; mktemp -u /tmp/XXXX | wc -c
ls nosuch; echo $?
#= f
#= h
#= k
#= l@
#= x/
#= f
#= 640 0 k
#= 755
#= 3
#= 10
#= 30
#= b
#= /a
#= /
#= x
#=      1	x
#= 2
#= 1
#= 10
#= ls: cannot access 'nosuch': No such file or directory
#= 2
