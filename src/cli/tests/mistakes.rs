//! What our `docker` says to mistakes, compared with the real client 28 where
//! one is installed. No engine is there, so only the clients speak.

mod real;

use real::{Said, ours, real_docker, run_in};

/// One command line per line; words are separated by spaces, `''` is an empty
/// word.
const CORPUS: &str = "
run
run --foo x
run -x y
run -itz x
run -p
run --name
run --network
run -m abc x
run --memory-swap x x
run -p abc:80 x
run -p 80: x
run -p 99999:80 x
run -p 8000-8002:80-81 x
run -p 80:80/xyz x
run -p 300.1.1.1:80:80 x
run --rm=maybe x
run -e =x foo
run -v aa::b x
run -v /a:/b:ro:x x
run -v :/x x
run UPPER
run a:b:c
run a@sha256:1
run ''
run --mount foo x
run --mount type=bind,source=/a x
run --mount type=bind,\"x x
run --mount x=y,target=/a x
run --mount type=bind,target=/a,volume-nocopy x
run --mount target=/a,ro=maybe x
run --mount type=tmpfs,target=/a,tmpfs-size=x x
run --cidfile /etc/passwd x
run --cidfile /nonexistent/x x
run --env-file /nonexistent x
run --label-file /nonexistent x
run -d -a stdout x
run --rm --restart always x
run --restart :x x
run --restart on-failure:x x
run --ulimit foo x
run --ulimit foo=1 x
run --ulimit nofile=5:3 x
run --ulimit nofile=a x
run --link a:b:c x
run --dns x x
run --dns-search -x- x
run --add-host x x
run --add-host x:y x
run --label =x x
run --device-cgroup-rule zz x
run --sysctl x x
run --gpus x=1 x
run -a foo x
run --network a=b x
run --network name= x
run --network a --network host x
run --network a --network a x
run --network-alias foo x
run --mac-address zz x
run --pid foo x
run --uts foo x
run --userns foo x
run --cgroupns foo x
run --security-opt foo x
run --security-opt seccomp=/nonexistent x
run --pull foo x
run --platform foo/bar/baz/qux x
run --log-driver none --log-opt a=b x
run --cpus x x
run --cpus 0.0000000001 x
run --blkio-weight 99999 x
run --blkio-weight -1 x
run --blkio-weight-device x x
run --device-read-bps /dev/a:x x
run --device-read-iops a:1 x
run --health-interval 5 x
run --health-interval 5x x
run --health-retries -1 x
run --no-healthcheck --health-cmd x x
run --storage-opt x x
run --memory-swappiness 200 x
run --expose a:b x
run --expose x x
run --stop-timeout x x
run -p published=80,x y
run --shm-size 5zb x
run nginx
run -d nginx
create
create --foo
create UPPER
create nginx
exec
exec x
exec -it
exec --foo x y
exec x y
ps extra
ps --foo
ps -n x
ps -f foo
ps -q=maybe
ps --format {{.Foo}}
ps --format {{.ID.Foo}}
ps --format {{foo}}
ps --format {{
ps --format {{json}}
ps --format {{$x}}
ps --format {{range}}
ps
images a b
images --foo
images
rm
rm --foo
rmi
stop
stop -t x y
kill
kill -s
restart
start
start -a a b
pause
unpause
wait
wait x
logs
logs a b
logs --foo x
top
port
diff
diff a b
rename a
rename '' b
tag a
tag a b@sha256:1
tag a UPPER
history
history a b
inspect
inspect --type foo x
inspect --type= x
inspect -f {{ x
inspect x
attach
export
update x
update
cp
cp a b
cp x:/a y:/b
cp '' x:/
cp x:/a ''
cp x:/a /nonexistent/b/c
cp ./a:b c
pull
pull UPPER
pull -a nginx:1
pull nginx
volume foo
volume create a b
volume rm
volume inspect
volume ls x
volume ls
volume prune x
network foo
network inspect
network ls x
container foo
container ls x
container rm
image foo
image ls a b
image rm
system foo
system df x
version x
version -f {{
info x
events x
events --format {{
events --format {{.Foo}}
foo
--foo
-x
-H
-H unix:///nonexistent -H unix:///nonexistent ps
-H http://x ps
-H unix:///nonexistent/other.sock ps -a
stats --foo
stats nosuch
events
port a b c
rm x y
stop x
";

/// Docker's own slips, which we do not repeat.
fn as_meant(said: Said) -> Said {
    Said {
        stderr: said.stderr.replace("SRun '", "Run '"),
        ..said
    }
}

fn without_hint(said: Said) -> Said {
    let lines = said
        .stderr
        .lines()
        .filter(|line| !line.starts_with("hint: "));
    Said {
        stderr: lines.map(|line| format!("{line}\n")).collect(),
        ..said
    }
}

#[test]
fn mistakes_are_answered_as_docker_answers_them() {
    let Some(docker) = real_docker() else {
        return;
    };
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mut differences = Vec::new();
    for line in CORPUS.lines().filter(|line| !line.is_empty()) {
        let words: Vec<&str> = line
            .split(' ')
            .map(|word| if word == "''" { "" } else { word })
            .collect();
        let host = "unix:///nonexistent/engine.sock";
        let theirs = as_meant(run_in(directory.path(), &docker, host, &words));
        let mine = without_hint(run_in(directory.path(), &ours(), host, &words));
        if theirs != mine {
            differences.push(format!(
                "docker {line}\n--- docker\n{theirs}\n--- ours\n{mine}"
            ));
        }
    }
    assert!(
        differences.is_empty(),
        "{} differ:\n\n{}",
        differences.len(),
        differences.join("\n\n")
    );
}

/// `docker --help | head -1`: that nobody reads the rest is no mistake.
#[test]
fn a_closed_pipe_is_no_reason_to_panic() {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let output = std::process::Command::new(ours())
        .arg("--help")
        .stdout(writer)
        .output()
        .expect("the client runs");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(141));
}
