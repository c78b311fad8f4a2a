#!/bin/busybox sh
# The first process of the test's virtual machine: a small system with one control
# group tree (v2) of which the user 1000 and the user 1001 have a part each, then
# /test/play.sh. Its exit code goes to the second serial line.
export PATH=/bin:/sbin:/usr/bin HOME=/root
/bin/busybox mkdir -p /bin /sbin
/bin/busybox --install -s /bin

# A container's root is changed with pivot_root(2), which the kernel refuses on the
# file system that an initramfs is unpacked into: so everything moves to a tmpfs.
if [ ! -e /moved ]; then
    mkdir -p /new
    mount -t tmpfs -o mode=755,size=85% root /new
    for entry in bin sbin usr lib lib64 etc modules test init; do
        [ -e "/$entry" ] && cp -a "/$entry" /new/
    done
    : >/new/moved
    exec switch_root /new /init
fi

mkdir -p /proc /sys /dev /home /tmp /run /root /var/tmp
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts -o ptmxmode=666,gid=5,mode=620 pts /dev/pts
mount -t tmpfs -o mode=1777 shm /dev/shm
mount -t tmpfs -o mode=1777 tmp /tmp
mount -t tmpfs -o mode=755 run /run
mount -t cgroup2 -o nsdelegate cgroup /sys/fs/cgroup
for module in /modules/*.ko; do
    insmod "$module" || echo "not loaded: $module"
done
# Containers' files need extended attributes, which a tmpfs has since Linux 6.6.
mount -t ext4 /dev/vda /home
for who in root:0 mapped:1000 single:1001; do
    mkdir -p "/home/${who%:*}"
    chown "${who#*:}:${who#*:}" "/home/${who%:*}"
done
hostname machine
ip link set lo up

# What is given away is what systemd gives with Delegate=yes: the directory, and the
# files that say who is in it and what its children may be held to.
groups=/sys/fs/cgroup
give() {
    mkdir -p "$2"
    chown "$1:$1" "$2" "$2/cgroup.procs" "$2/cgroup.threads" "$2/cgroup.subtree_control"
}
echo "+cpu +memory +pids" >$groups/cgroup.subtree_control
for uid in 1000 1001; do
    give $uid $groups/user-$uid
    echo "+cpu +memory +pids" >$groups/user-$uid/cgroup.subtree_control
    give $uid $groups/user-$uid/session
    mkdir -p /run/user/$uid
    chown $uid:$uid /run/user/$uid
    chmod 700 /run/user/$uid
done

echo "machine: up, Linux $(uname -r)"
sh /test/play.sh
code=$?
echo "machine: exit $code"
echo "$code" >/dev/ttyS1
sync
poweroff -f
