//! Undo: a lab goes back to how it was, whatever happened since, and whenever
//! its engine is killed.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use plimsoll_api::client::{Client, Endpoint};
use plimsoll_lab::course::Course;
use plimsoll_lab::progress::LabProgress;
use plimsoll_lab::undo::{self, Coming};
use plimsoll_testkit::{World, eventually, everyone};

use crate::survival::{engine_pid, kill};

const LAB: &str = "nginx-volumes";

/// How often the engine is killed.
const ROUNDS: u32 = 12;

fn client(world: &World, lab: &str) -> Client {
    Client::new(Endpoint::Unix(world.start(lab)))
}

fn docker(world: &World, line: &str) -> String {
    docker_in(world, LAB, line)
}

/// Words are separated by blanks; what a shell in a container gets comes after ` : `.
fn docker_in(world: &World, lab: &str, line: &str) -> String {
    let (words, script) = line.split_once(" : ").unwrap_or((line, ""));
    let mut words: Vec<&str> = words.split_whitespace().collect();
    words.extend(Some(script).filter(|script| !script.is_empty()));
    let done = world.docker(lab, &words).output().expect("it ran");
    assert!(
        done.status.success(),
        "docker {line}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
    String::from_utf8_lossy(&done.stdout).into_owned()
}

/// Everything that a learner can see of the lab.
fn seen(world: &World) -> String {
    let mut all = docker(
        world,
        "images -a --no-trunc --format {{.Repository}}:{{.Tag}}|{{.ID}}",
    );
    all += &docker(
        world,
        "volume ls --format {{.Name}}|{{.Driver}}|{{.Labels}}",
    );
    let names = docker(world, "ps -a --format {{.Names}}");
    let mut names: Vec<&str> = names.lines().collect();
    names.sort_unstable();
    let about = "{{.Id}}|{{.Name}}|{{.State.Status}}|{{.State.ExitCode}}|{{.Image}}|{{.Created}}|\
        {{.NetworkSettings.IPAddress}}|{{json.NetworkSettings.Ports}}|{{json.Mounts}}|{{json.Config.Env}}"
        .replace("json.", "json\u{a0}.");
    for name in names {
        let template = about.replace('\u{a0}', " ");
        let inspect = world
            .docker(LAB, ["inspect", "-f", &template, name])
            .output();
        all += &String::from_utf8_lossy(&inspect.expect("it ran").stdout);
        let mut changes: Vec<String> = docker(world, &format!("diff {name}"))
            .lines()
            .map(str::to_owned)
            .collect();
        changes.sort_unstable();
        all += &changes.join(" ");
        all += "\n";
    }
    all
}

/// Names, kinds, owners, modes, times and contents below a directory of a container.
const LISTING: &str = "cd /root/kept && find . | sort | while read f; do \
    echo \"$f $(stat -c '%f %u:%g %s %h %Y' \"$f\") $(readlink \"$f\")\"; \
    [ -f \"$f\" ] && cat \"$f\" | head -c 100; done; cat /data/*; ls /etc/nginx /usr/share";

fn files(world: &World) -> String {
    docker(world, &format!("exec web sh -c : {LISTING}"))
}

/// Containers that run, have ended and were never started, with changes of
/// every kind in their layers; volumes; tags; the learner's own folder.
fn furnish(world: &World) {
    world.write(format!("work/{LAB}/own/mine"), "before\n");
    docker(world, "pull -q nginx");
    docker(world, "pull -q base");
    docker(world, "tag nginx mine:1");
    docker(world, "volume create --label kind=data data");
    let own = world.path(format!("work/{LAB}/own"));
    docker(
        world,
        &format!(
            "run -d --name web -p 80:80 -v data:/data -v {}:/own nginx",
            own.display()
        ),
    );
    docker(world, "run -d --name free -p 80 nginx");
    docker(world, "run -d --name ended base sh -c : echo said; exit 3");
    assert_eq!(docker(world, "wait ended"), "3\n");
    docker(world, "create --name never -v /anonymous base true");
    docker(world, "run -d --name held base sleep 1000");
    docker(world, "pause held");
    docker(
        world,
        "exec web sh -c : mkdir -p /root/kept/in && cd /root/kept && echo one > in/file \
         && ln in/file twin && ln -s /nowhere link && mkfifo pipe && echo x > owned \
         && chmod 4750 owned && chmod 1777 in && chown 33:44 owned; chown -h 33:44 link; \
         rm -r /usr/share/nginx/html/50x.html; rm -rf /etc/nginx/conf.d.old; \
         mv /etc/nginx/nginx.conf /etc/nginx/moved && cp /etc/nginx/moved /etc/nginx/nginx.conf; \
         echo one > /data/file",
    );
}

/// Changes all that there is to change.
fn wreck(world: &World) {
    docker(
        world,
        "exec web sh -c : rm -rf /root/kept /data/*; mkdir /root/kept; echo two > /data/other; \
         rm /etc/nginx/moved",
    );
    world.write(format!("work/{LAB}/own/mine"), "two\n");
    world.write(format!("work/{LAB}/own/late"), "late\n");
    docker(world, "rename ended other");
    docker(world, "rm -f web held never");
    docker(world, "stop -t 0 free");
    docker(world, "tag base mine:1");
    docker(world, "rmi -f nginx:latest");
    docker(world, "volume create late");
    docker(world, "run -d --name thief -p 80:80 base sleep 1000");
    docker(world, "run -d --name web base sleep 1000");
}

everyone!(a_lab_goes_back_to_how_it_was, |world| {
    furnish(world);
    let (before, files_before) = (seen(world), files(world));
    for there in [
        "|/web|running|",
        "|/held|paused|",
        "|/ended|exited|3|",
        "172.17.0.3",
    ] {
        assert!(before.contains(there), "{there} in {before}");
    }
    let client = client(world, LAB);
    let made = client.snapshot_make("a").expect("a snapshot");
    assert_eq!(made.containers.iter().filter(|one| one.running).count(), 3);
    assert_eq!((made.images.len(), made.volumes.len()), (2, 2));
    assert_eq!(seen(world), before, "a snapshot changes nothing");

    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a time")
        .as_secs_f64();
    for _ in 0..2 {
        wreck(world);
        assert_ne!(seen(world), before);
        let restored = client.snapshot_restore("a").expect("back");
        assert_eq!(restored.not_started, []);
        assert_eq!(seen(world), before);
        assert_eq!(files(world), files_before);
    }
    assert_eq!(docker(world, "logs ended"), "said\n");
    let format = "{{.Type}} {{.Action}} {{.Actor.Attributes.name}}".replace(' ', "|");
    let until = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a time");
    let told = docker(
        world,
        &format!(
            "events --since {since} --until {} --format {format}",
            until.as_secs_f64()
        ),
    );
    for line in [
        "container|destroy|thief",
        "container|create|never",
        "container|start|free",
        "image|tag|docker.io/library/nginx:latest",
        "volume|destroy|",
        "daemon|reload|nginx-volumes",
    ] {
        let times = told.lines().filter(|one| one.starts_with(line)).count();
        assert!(times >= 2, "{line} in {told}");
    }
    let served = world
        .shell(LAB, "curl -sf localhost")
        .output()
        .expect("it ran");
    assert!(served.status.success(), "the server serves again");
    let own = |name: &str| std::fs::read_to_string(world.path(format!("work/{LAB}/own/{name}")));
    assert_eq!(
        own("mine").expect("there"),
        "two\n",
        "the learner's own files stay"
    );
    assert_eq!(own("late").expect("there"), "late\n");
    docker(world, "unpause held");
    docker(world, "rm -f web");
});

everyone!(what_a_snapshot_needs_is_not_pruned, |world| {
    docker(world, "run -d --name web nginx");
    docker(
        world,
        "run --name ended base sh -c : echo changed > /root/file",
    );
    let client = client(world, LAB);
    client.snapshot_make("a").expect("a snapshot");
    docker(world, "rm -f web ended");
    docker(world, "system prune -af --volumes");
    assert_eq!(docker(world, "images -q"), "");
    // A second prune waits for the first one's collection, which is behind its reply.
    docker(world, "image prune -af");
    world.plimsoll(["stop", LAB]).assert().success();
    let client = self::client(world, LAB);
    client.snapshot_restore("a").expect("back");
    assert_eq!(
        docker(world, "cp ended:/root/file -")
            .matches("changed")
            .count(),
        1
    );
    docker(world, "exec web nginx -v");
    docker(world, "run --rm base true");

    client.snapshot_remove("a").expect("gone");
    docker(world, "system prune -af --volumes");
    docker(world, "rm -f web");
    docker(world, "system prune -af --volumes");
    let layers = world.path("data/store/layers");
    eventually("the layers are collected", Duration::from_secs(20), || {
        docker(world, "image prune -af");
        let modes = std::fs::read_dir(&layers).ok()?.flatten();
        let left: usize = modes
            .map(|mode| std::fs::read_dir(mode.path()).map_or(0, Iterator::count))
            .sum();
        (left == 0).then_some(())
    });
});

/// What must be together on one side: a container, its layer, a volume, a tag.
fn side(world: &World) -> &'static str {
    let names = docker(world, "ps -a --format {{.Names}}");
    let names: Vec<&str> = names.lines().collect();
    let volumes = docker(world, "volume ls -q");
    let images = docker(world, "images --format {{.Repository}}");
    let files = docker(world, "cp box:/root/file -");
    let kept = docker(world, "run --rm -v data:/data base cat /data/file");
    let old = names.contains(&"old") as u8
        + volumes.contains("late") as u8
        + images.contains("late") as u8
        + files.contains("two") as u8
        + kept.contains("two") as u8;
    match old {
        0 => "new",
        5 => "old",
        _ => panic!("half: {names:?} {volumes:?} {images:?} {files:?} {kept:?}"),
    }
}

fn make_old(world: &World) {
    docker(world, "start box");
    docker(
        world,
        "exec box sh -c : echo two > /root/file; echo two > /data/file",
    );
    docker(world, "volume create late");
    docker(world, "tag base late");
    docker(world, "create --name old base true");
}

everyone!(
    a_kill_while_going_back_leaves_one_side_or_the_other,
    |world| {
        docker(
            world,
            "run -d --name box -v data:/data base sh -c : trap exit TERM; sleep 1000 & wait",
        );
        docker(
            world,
            "exec box sh -c : echo one > /root/file; echo one > /data/file",
        );
        client(world, LAB).snapshot_make("a").expect("a snapshot");
        make_old(world);
        let clock = Instant::now();
        client(world, LAB).snapshot_restore("a").expect("back");
        let whole = clock.elapsed();
        assert_eq!(side(world), "new");
        make_old(world);
        let mut sides = Vec::new();
        for round in 0..ROUNDS {
            let client = client(world, LAB);
            let pid = engine_pid(world, LAB);
            let going = std::thread::spawn(move || drop(client.snapshot_restore("a")));
            // Spread over the time that a restore takes; which moment is hit differs
            // from run to run, and every one has to be survived.
            std::thread::park_timeout(whole * round / (ROUNDS - 2));
            kill(pid);
            let _ = going.join();
            let now = side(world);
            sides.push(now);
            if now == "new" {
                make_old(world);
            }
        }
        eprintln!("{sides:?}");
        let snapshots = world.path(format!("data/labs/{LAB}/snapshots"));
        client(world, LAB);
        // The index and one directory for each entry.
        eventually("nothing half done is left", Duration::from_secs(20), || {
            let listed = std::fs::read_dir(&snapshots).expect("it lists").count();
            let kept = client(world, LAB).snapshots().expect("a list").len();
            (listed == kept + 1).then_some(())
        });
        assert!(!world.path(format!("data/labs/{LAB}/restore.json")).exists());
        client(world, LAB).snapshot_restore("a").expect("back");
        assert_eq!(side(world), "new");
    }
);

everyone!(
    a_kill_while_it_is_made_leaves_the_snapshot_before,
    |world| {
        docker(world, "create --name box base true");
        docker(world, "volume create data");
        let file = |text: &str| world.write(format!("work/{LAB}/file"), text);
        let put = |text: &str| {
            let path = file(text);
            docker(world, &format!("cp {} box:/root/file", path.display()));
        };
        put("0");
        client(world, LAB).snapshot_make("a").expect("a snapshot");
        let mut newest = 0;
        for round in 1..=8 {
            put(&round.to_string());
            let client = self::client(world, LAB);
            let pid = engine_pid(world, LAB);
            let making = std::thread::spawn(move || client.snapshot_make("a").is_ok());
            std::thread::park_timeout(Duration::from_micros(400 * round));
            kill(pid);
            let made = making.join().expect("no panic");
            self::client(world, LAB)
                .snapshot_restore("a")
                .expect("there is one, and it is whole");
            let kept = docker(world, "cp box:/root/file -");
            let is = |number: u64| {
                kept.split('\0')
                    .any(|part| part.trim() == number.to_string())
            };
            assert!(
                is(round) || (!made && is(newest)),
                "round {round}, {newest}: {kept:?}"
            );
            if is(round) {
                newest = round;
            }
        }
    }
);

everyone!(the_start_of_a_step_is_kept_and_gone_back_to, |world| {
    let lab = "hello-world";
    let say = |words: &[&str]| {
        let done = world.plimsoll(words).output().expect("it ran");
        let out = String::from_utf8_lossy(&done.stdout).into_owned();
        (
            done.status.code(),
            out + &String::from_utf8_lossy(&done.stderr),
        )
    };
    let met = || {
        let out = world
            .plimsoll(["check", lab, "--json"])
            .output()
            .expect("it ran")
            .stdout;
        let record: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
        let checks = record["checks"].as_array().expect("checks").clone();
        let passed = checks.iter().filter(|check| check["status"] == "pass");
        passed
            .map(|check| check["id"].as_str().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
            .join(" ")
    };
    world
        .shell(lab, "docker run --name first hello-world")
        .assert()
        .success();
    assert_eq!(met(), "pulled ran", "and step 2 begins");
    docker_in(world, lab, "run --name second hello-world");
    say(&["answer", lab, "ps-a", "all"]);
    assert_eq!(met(), "pulled ran ps-a", "and step 3 begins");
    docker_in(world, lab, "run --name third hello-world");
    say(&["answer", lab, "container", "third"]);
    say(&["hint", lab]);
    assert_eq!(met(), "pulled ran ps-a container");

    let (code, said) = say(&["reset", lab, "--step", "3"]);
    assert_eq!(
        code,
        Some(2),
        "it asks first, and there is nobody to ask: {said}"
    );
    let (code, said) = say(&["reset", lab, "--step", "3", "-y"]);
    assert_eq!(code, Some(0), "{said}");
    let names = || docker_in(world, lab, "ps -a --format {{.Names}}");
    assert_eq!(names(), "second\nfirst\n");
    assert_eq!(
        met(),
        "pulled ran ps-a",
        "the answer of step 3 is forgotten"
    );

    let (code, said) = say(&["--lang", "fr", "reset", lab, "--step", "2", "-y"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("de nouveau comme au début de l'étape 2"),
        "{said}"
    );
    assert_eq!(names(), "first\n");
    assert_eq!(met(), "pulled ran");

    let (code, said) = say(&["reset", lab, "--step", "4", "-y"]);
    assert_eq!(code, Some(2));
    assert!(
        said.contains("nothing was kept of the start of step 4"),
        "{said}"
    );
    assert!(
        said.contains("`plimsoll reset hello-world --step 2`"),
        "{said}"
    );
    assert_eq!(say(&["reset", lab, "--step", "5", "-y"]).0, Some(2));

    say(&["reset", lab, "--step", "1", "-y"]);
    assert_eq!(names(), "");
    assert_eq!(met(), "", "what was undone counts no more");
    let journal = world.path(format!("data/labs/{lab}/journal.jsonl"));
    let journal = std::fs::read_to_string(journal).expect("a journal");
    assert!(
        journal.contains("image.pull"),
        "and is still in the journal"
    );
});

everyone!(a_step_that_was_gone_on_to_can_be_gone_back_to, |world| {
    let course = Course::embedded();
    let lab = course.lab(LAB).expect("the lab");
    let client = client(world, LAB);
    let keep = 2;
    assert_eq!(lab.file.steps[keep].id, "keep");
    let visit = || {
        let all = client.snapshots().expect("a list");
        let found = all.into_iter().find(|one| one.name == "visit.keep");
        found.map(|one| one.volumes.len())
    };
    let arrive = |coming, met: &[&str]| {
        let met = met.iter().map(|goal| (*goal).to_owned()).collect();
        undo::arrive(&client, lab, keep, coming, &met).expect("a snapshot");
    };
    docker(world, "volume create one");
    arrive(Coming::Onward, &[]);
    assert_eq!(visit(), Some(1));
    docker(world, "volume create two");
    arrive(Coming::Back, &[]);
    assert_eq!(visit(), Some(1), "looking something up changes nothing");
    arrive(Coming::Onward, &["nginx-runs"]);
    assert_eq!(visit(), Some(2), "coming from before, it begins again");
    docker(world, "volume create three");
    arrive(Coming::Onward, &["page-is-mounted"]);
    assert_eq!(visit(), Some(2), "what is under way has begun");

    let loss = undo::loss(&client, lab, keep + 1, &LabProgress::default()).expect("a loss");
    assert_eq!(loss.volumes, ["three"]);
    undo::go_back(&client, lab, keep + 1).expect("back");
    assert_eq!(docker(world, "volume ls -q"), "one\ntwo\n");
});

everyone!(a_lab_as_new_keeps_nothing_of_its_steps, |world| {
    docker(world, "run -d --name web -v data:/data nginx");
    docker(
        world,
        "exec web sh -c : echo x > /root/file; chown 33:33 /root/file /data",
    );
    client(world, LAB).snapshot_make("a").expect("a snapshot");
    world.plimsoll(["hint", LAB]).assert().success();
    let hints = || {
        let file = std::fs::read(world.path("data/progress.json")).expect("there");
        let all: serde_json::Value = serde_json::from_slice(&file).expect("JSON");
        all["labs"][LAB]["hints"].as_object().expect("hints").len()
    };
    assert_eq!(hints(), 1);
    world.plimsoll(["reset", LAB, "-y"]).assert().success();
    assert!(!world.path(format!("data/labs/{LAB}")).exists());
    assert_eq!(hints(), 1, "what was read stays read");
});

everyone!(
    changed_start_files_are_told_and_put_back_when_asked,
    |world| {
        let folder = tempfile::tempdir().expect("a folder");
        let course = folder.path().join("course");
        for (name, text) in COURSE {
            let path = course.join(name);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
            std::fs::write(path, text).expect("written");
        }
        for path in [folder.path(), &course] {
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
            std::fs::set_permissions(path, mode).expect("a mode");
        }
        let course = course.to_string_lossy().into_owned();
        let say = |words: &[&str]| {
            let words = ["--course", &course]
                .into_iter()
                .chain(words.iter().copied());
            let done = world.plimsoll(words).output().expect("it ran");
            assert!(
                done.status.success(),
                "{}",
                String::from_utf8_lossy(&done.stderr)
            );
            String::from_utf8_lossy(&done.stdout).into_owned()
        };
        say(&["env", "one"]);
        world.write("work/one/page.html", "mine");
        std::fs::remove_file(world.path("work/one/other.txt")).expect("it was laid out");
        let said = say(&["reset", "one", "-y"]);
        assert!(said.contains("You have changed page.html:"), "{said}");
        let read = |name: &str| std::fs::read_to_string(world.path("work/one").join(name)).ok();
        assert_eq!(read("page.html").as_deref(), Some("mine"));
        assert_eq!(
            read("other.txt").as_deref(),
            Some("other\n"),
            "a missing one comes back"
        );

        say(&["reset", "one", "-y", "--files"]);
        assert_eq!(read("page.html").as_deref(), Some("page\n"));
        assert_eq!(read("page.html.old").as_deref(), Some("mine"));
        world.write("work/one/page.html", "mine again");
        say(&["reset", "one", "-y", "--files"]);
        assert_eq!(read("page.html.old.2").as_deref(), Some("mine again"));
        let said = say(&["reset", "one", "-y"]);
        assert!(!said.contains("You have changed"), "{said}");
    }
);

/// The smallest course with start files.
const COURSE: [(&str, &str); 8] = [
    ("labs/one/start/page.html", "page\n"),
    ("labs/one/start/other.txt", "other\n"),
    ("labs/one/en.md", "# One\n\n## Do {#do}\n\nDo it.\n"),
    ("labs/one/fr.md", "# Un\n\n## Faire {#do}\n\nFaites-le.\n"),
    ("labs/one/attempts/right/do.sh", "docker volume create v\n"),
    ("labs/one/attempts/wrong/not.sh", "# fails: made\ntrue\n"),
    (
        "labs/one/lab.yaml",
        "schema: plimsoll/lab/v1\norder: 1\ntitle: {en: One, fr: Un}\n\
         summary: {en: One., fr: Un.}\nminutes: 1\nsteps:\n  - id: do\n    goals: [made]\n",
    ),
    (
        "graders/one.yaml",
        "schema: plimsoll/grader/v1\nlab: one\ngoals:\n  - id: made\n    points: 1\n\
         \x20   title: {en: Made, fr: Fait}\n    check: {volume: {name: v}}\n\
         \x20   hints: [{en: Do it., fr: Faites-le.}]\n",
    ),
];
