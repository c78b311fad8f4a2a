//! What our `docker` prints for an engine's answers, compared byte for byte
//! with the real client 28 where one is installed. The engine is a thread that
//! answers canned replies.

#![recursion_limit = "512"]

mod canned;
#[path = "outputs/hangup.rs"]
mod hangup;
mod real;

use canned::Engine;
use real::{ours, real_docker, run_in};

/// One command line per line; words are separated by spaces, a tilde stands
/// for a space within a word.
const CORPUS: &str = r#"
ps
ps -a
ps -q
ps -aq --no-trunc
ps --no-trunc
ps -s
ps -n 2
ps --format json
ps --format table
ps --format table~{{.ID}}\t{{.Names}}\t{{.Size}}
ps --format table~{{.Names}}:~{{.Label~"com.example.the-label"}}
ps --format {{.ID}}:~{{.Names}}~{{.Image}}~{{.State}}~{{.Status}}
ps --format {{.Names}}\t{{.Mounts}}\t{{.Labels}}\t{{.LocalVolumes}}\t{{.Networks}}
ps --format {{.CreatedAt}}~{{.RunningFor}}~{{.Ports}}~{{.Command}}
ps --format {{json~.Names}}~{{upper~.State}}~{{len~.Image}}
ps --format {{.Label~"com.example.the-label"}}~{{if~.Ports}}open{{else}}shut{{end}}
ps --format {{.Names|printf~"%-12s|"}}{{pad~.State~2~1}}|{{truncate~.Image~3}}
ps --format {{split~.Names~"e"}}~{{join~(split~.Names~"e")~"-"}}
ps --format {{.Platform}}
ps --format raw
ps -q --format {{.ID}}
container ls
container list -a
images
images -a
images -q
images --no-trunc
images --digests
images --format json
images --format {{.Repository}}:{{.Tag}}~{{.Digest}}
images --format {{.ID}}~{{.CreatedSince}}~{{.CreatedAt}}~{{.Size}}~{{.SharedSize}}~{{.UniqueSize}}~{{.VirtualSize}}~{{.Containers}}
images --format table~{{.Repository}}
images --format {{.Foo}}
images nosuch
images ls
image ls
history nginx
history nginx --no-trunc
history nginx -q
history nginx -H=false
history nginx --format json
history nginx --format {{.CreatedSince}}~{{.Comment}}
volume ls
volume ls -q
volume ls --format json
volume ls --format {{.Name}}~{{.Driver}}~{{.Scope}}~{{.Mountpoint}}~{{.Labels}}~{{.Links}}~{{.Size}}
volume ls --format table~{{.Name}}\t{{.Label~"a"}}
volume inspect data
volume inspect data -f {{.Mountpoint}}
volume inspect nosuch
volume create web
volume rm data nosuch
network ls
network ls -q
network ls --no-trunc
network ls --format json
network ls --format {{.ID}}~{{.Name}}~{{.IPv6}}~{{.Internal}}~{{.CreatedAt}}
network inspect bridge
network rm bridge nosuch
network rm -f nosuch
search nginx
search nginx --format {{.Name}}~{{.IsOfficial}}~{{.StarCount}}
search nginx --no-trunc --limit 3
ps -a --format {{json~.}}
logs --since zz web
logs --until zz web
events --since zz
--log-level foo ps
export -o /nodir/x web
export -o /tmp web
run -v a:/x:ro:q nginx
network inspect bridge -f {{range~.IPAM.Config}}{{.Subnet}}{{end}}
system df
system df --format json
system df --format {{.Type}}~{{.TotalCount}}~{{.Active}}~{{.Size}}~{{.Reclaimable}}
system df -v
events
events --format json
events --format {{.Type}}~{{.Action}}~{{.Actor.ID}}~{{.Time}}~{{.Actor.Attributes.name}}
logs web
logs term
logs nosuch
top web
top web -o pid
diff web
port web
port web 80
port web 80/tcp
port web 53/udp
port web 443
port web x
stats --no-stream web
stats --no-stream --no-trunc web
stats --no-stream --format json web
stats --no-stream --format {{.Name}}~{{.CPUPerc}}~{{.MemUsage}} web
stats --no-stream nosuch
inspect web
inspect web nosuch
inspect nginx
inspect bridge
inspect data
inspect nosuch
inspect --type image web
inspect --type container nosuch
inspect --format json web
inspect -f {{.State.Status}} web
inspect -f {{.Name}}~{{.Config.Image}} web
inspect -f {{json~.State}} web
inspect -f {{json~.NetworkSettings.Ports}} web
inspect -f {{.NetworkSettings.Ports}} web
inspect -f {{.NetworkSettings.IPAddress}} web
inspect -f {{range~.NetworkSettings.Networks}}{{.IPAddress}}{{end}} web
inspect -f {{range~$k,~$v~:=~.NetworkSettings.Ports}}{{$k}}:{{range~$v}}{{.HostPort}},{{end}};{{end}} web
inspect -f {{(index~(index~.NetworkSettings.Ports~"80/tcp")~0).HostPort}} web
inspect -f {{.Mounts}} web
inspect -f {{range~.Mounts}}{{.Type}}:{{.Source}}->{{.Destination}}{{println}}{{end}} web
inspect -f {{json~.Mounts}} web
inspect -f {{.Config.Env}} web
inspect -f {{.Config.Cmd}}~{{.Config.Entrypoint}} web
inspect -f {{.Config.Labels}} web
inspect -f {{index~.Config.Labels~"com.example.the-label"}} web
inspect -f {{.HostConfig.Binds}}~{{.HostConfig.PidsLimit}}~{{.HostConfig.RestartPolicy.Name}} web
inspect -f {{.HostConfig.Memory}}~{{.HostConfig.CapAdd}} web
inspect -f {{.State.Health}} web
inspect -f {{if~.State.Health}}x{{else}}none{{end}} web
inspect -f {{.Config.ExposedPorts}}~{{.Config.Volumes}} web
inspect -f {{.State.Pid}}~{{.State.ExitCode}}~{{.State.Running}} web
inspect -f {{.Foo}} web
inspect -f {{.State.Foo}} web
inspect -f {{eq~.State.Status~"running"}} web
inspect -f {{len~.Mounts}} web
inspect -f {{.Id}}~{{.RepoTags}} nginx
inspect -f {{.Config.Cmd}}~{{.RootFS.Layers}} nginx
inspect -f {{.Os}}/{{.Architecture}} nginx
inspect -f {{.Size}} nginx
container inspect web
container inspect nosuch
image inspect nginx
image inspect nosuch
image inspect -f {{.Id}} nginx
version --format {{.Server.Version}}
version --format {{json~.Server}}
info --format {{.ServerVersion}}~{{.NCPU}}~{{.Driver}}
rm web
rm -f nosuch
rm nosuch
rm web nosuch
stop web
stop web nosuch
stop -t 1 web
kill web
restart web
pause web
unpause web
start web
start nosuch
start web nosuch
start -a web
wait web
rename web new
rename nosuch new
tag nginx new:1
tag nosuch new
rmi nginx
rmi nosuch
rmi -f nosuch
pull nginx
pull -q nginx
pull nosuch
create nginx
create --name taken nginx
create missing
run -d nginx
run nginx
run missing
run nosuch
run --name taken nginx
run -d notfound
run notfound
run denied
attach stopped
exec web id
exec nosuch id
exec web fails
exec -d web id
container prune -f
image prune -f
image prune -a -f
volume prune -f
volume prune -a -f
system prune -f
container prune
update -m 64m web
"#;

#[test]
fn outputs_are_dockers() {
    let Some(docker) = real_docker() else {
        return;
    };
    let directory = tempfile::tempdir().expect("a temporary directory");
    let engine = Engine::start(directory.path());
    let mut differences = Vec::new();
    for line in CORPUS.lines().filter(|line| !line.is_empty()) {
        let words: Vec<String> = line.split(' ').map(|word| word.replace('~', " ")).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let theirs = run_in(directory.path(), &docker, engine.host(), &words);
        let mine = run_in(directory.path(), &ours(), engine.host(), &words);
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
