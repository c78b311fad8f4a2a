//! Boot a stock kernel under qemu and play the product in it: another kernel than
//! this machine's, and one tree of control groups (v2) of which ordinary users have
//! a part.
//!
//! The kernel is a Debian package, read from the machine's own package sources and
//! unpacked beneath `target/vm`. The system is a busybox and two scripts
//! (`tests/vm/init.sh`, `tests/vm/play.sh`); what is tried stands in the second and in
//! `tests/vm/scenarios`. Limits: x86-64; software emulation unless told otherwise, so
//! nothing here measures time.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::cargo::{Done, build_debug, root};

/// The package that depends on the kernel to boot.
pub const KERNEL: &str = "linux-image-cloud-amd64";
/// What is needed of the machine: the program, and its Debian package.
const NEEDED: [(&str, &str); 7] = [
    ("qemu-system-x86_64", "qemu-system-x86"),
    ("busybox", "busybox-static"),
    ("modprobe", "kmod"),
    ("cpio", "cpio"),
    ("mkfs.ext4", "e2fsprogs"),
    ("dpkg-deb", "dpkg"),
    ("apt-get", "apt"),
];
/// What the cloud kernel has as modules.
const MODULES: [&str; 10] = [
    "virtio_pci",
    "virtio_blk",
    "ext4",
    "overlay",
    "veth",
    "bridge",
    "nf_tables",
    "nft_chain_nat",
    "nft_redir",
    "tun",
];
/// Longest life of the machine, seconds: emulation is slow on a busy machine.
const LONGEST: &str = "1500";
/// Memory of the machine, MiB: its file system is in it.
const MEMORY: &str = "2048";
/// Size of its disk, bytes; as sparse as what is written to it.
const DISK: u64 = 4 << 30;

/// Boot the kernel that `package` depends on and play `tests/vm/play.sh`. Where
/// something that the machine must have is missing, says so aloud and is done.
///
/// # Errors
/// What could not be prepared, or what was not ok.
pub fn run(package: &str) -> Done {
    if let Some((program, debian)) = NEEDED.into_iter().find(|(program, _)| !found(program)) {
        eprintln!("SKIPPED: virtual machine: no {program} here (Debian's package {debian})");
        return Ok(());
    }
    let cache = root().join("target/vm").join(package);
    let kernel = match kernel(&cache, package) {
        Ok(kernel) => kernel,
        Err(why) => {
            eprintln!("SKIPPED: virtual machine: no kernel {package} to be had: {why}");
            return Ok(());
        }
    };
    let binary = build_debug()?;
    let work = tempfile::tempdir().map_err(|error| format!("temporary folder: {error}"))?;
    let tree = work.path().join("tree");
    fill(&tree, &kernel, &binary)?;
    let initramfs = work.path().join("initramfs");
    pack(&tree, &initramfs)?;
    let disk = work.path().join("disk");
    format(&disk)?;
    boot(&kernel, &initramfs, &disk, &work.path().join("code"))
}

fn found(program: &str) -> bool {
    path_of(program).is_some()
}

/// On PATH, or where an ordinary user's PATH does not lead.
fn path_of(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/sbin"].map(PathBuf::from))
        .map(|directory| directory.join(program))
        .find(|file| file.is_file())
}

/// A kernel with its modules, unpacked.
struct Kernel {
    image: PathBuf,
    modules: PathBuf,
    release: String,
}

/// What `package` depends on, fetched and unpacked once.
fn kernel(cache: &Path, package: &str) -> Done<Kernel> {
    let unpacked = cache.join("unpacked");
    if !unpacked.exists() {
        let depends = output(Command::new("apt-cache").args(["depends", package]))?;
        let image = depends
            .lines()
            .find_map(|line| line.trim().strip_prefix("Depends: "))
            .filter(|name| name.starts_with("linux-image-"))
            .ok_or_else(|| format!("{package} depends on no kernel"))?;
        let fetched = tempfile::tempdir().map_err(|error| format!("temporary folder: {error}"))?;
        output(
            Command::new("apt-get")
                .args(["download", image])
                .current_dir(fetched.path()),
        )?;
        let archive = only_file(fetched.path())?;
        let half = cache.join("half");
        let _ = fs::remove_dir_all(&half);
        make(&half)?;
        output(Command::new("dpkg-deb").arg("-x").arg(archive).arg(&half))?;
        let release = image.trim_start_matches("linux-image-");
        output(program("depmod")?.arg("-b").arg(&half).arg(release))?;
        fs::rename(&half, &unpacked).map_err(|error| format!("{}: {error}", half.display()))?;
    }
    let image = only_file_with(&unpacked.join("boot"), "vmlinuz-")?;
    let name = image.file_name().unwrap_or_default().to_string_lossy();
    let release = name.trim_start_matches("vmlinuz-").to_owned();
    Ok(Kernel {
        image: image.clone(),
        modules: unpacked,
        release,
    })
}

/// The system: busybox, the scripts, the modules in the order in which they load, and
/// the product. Two people live in it.
fn fill(tree: &Path, kernel: &Kernel, binary: &Path) -> Done {
    for directory in ["bin", "etc", "modules", "test/scenarios"] {
        make(&tree.join(directory))?;
    }
    let busybox = path_of("busybox").ok_or("no busybox")?;
    copy(&busybox, &tree.join("bin/busybox"))?;
    libraries(&busybox, tree)?;
    let ours = root().join("tests/vm");
    copy(&ours.join("init.sh"), &tree.join("init"))?;
    copy(&ours.join("play.sh"), &tree.join("test/play.sh"))?;
    for scenario in files(&ours.join("scenarios"))? {
        let name = scenario.file_name().unwrap_or_default();
        copy(&scenario, &tree.join("test/scenarios").join(name))?;
    }
    copy(binary, &tree.join("test/plimsoll"))?;
    for (name, text) in [
        (
            "passwd",
            "root:x:0:0::/root:/bin/sh\nmapped:x:1000:1000::/home/mapped:/bin/sh\n\
             single:x:1001:1001::/home/single:/bin/sh\n",
        ),
        ("group", "root:x:0:\nmapped:x:1000:\nsingle:x:1001:\n"),
        ("subuid", "mapped:100000:65536\n"),
        ("subgid", "mapped:100000:65536\n"),
    ] {
        let file = tree.join("etc").join(name);
        fs::write(&file, text).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    for helper in ["newuidmap", "newgidmap"] {
        match path_of(helper) {
            Some(file) => set_user_id(&file, tree)?,
            None => {
                eprintln!("note: no {helper} here: the user with a range has none in the machine")
            }
        }
    }
    for (number, module) in modules(kernel)?.iter().enumerate() {
        let name = module.file_name().unwrap_or_default().to_string_lossy();
        let place = tree.join("modules").join(format!("{number:03}-{name}"));
        copy(module, &place)?;
        if name.ends_with(".xz") {
            output(Command::new("xz").arg("-d").arg(&place))?;
        }
    }
    Ok(())
}

/// The files of [`MODULES`] and what they need, in order.
fn modules(kernel: &Kernel) -> Done<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = Vec::new();
    for module in MODULES {
        let told = output(program("modprobe")?.arg("-d").arg(&kernel.modules).args([
            "-S",
            &kernel.release,
            "--show-depends",
            module,
        ]))?;
        for line in told.lines() {
            let Some(file) = line.strip_prefix("insmod ") else {
                continue;
            };
            let file = PathBuf::from(file.trim());
            if !files.contains(&file) {
                files.push(file);
            }
        }
    }
    Ok(files)
}

/// A program at its own path, with its set-user-id bit.
fn set_user_id(file: &Path, tree: &Path) -> Done {
    let place = tree.join(file.strip_prefix("/").unwrap_or(file));
    make(place.parent().unwrap_or(tree))?;
    copy(file, &place)?;
    let mode = fs::Permissions::from_mode(0o4755);
    fs::set_permissions(&place, mode).map_err(|error| format!("{}: {error}", place.display()))?;
    libraries(file, tree)
}

/// What ldd(1) says that a program loads; it fails for one that is static.
fn libraries(file: &Path, tree: &Path) -> Done {
    let told = output(Command::new("ldd").arg(file)).unwrap_or_default();
    for library in told.split_whitespace().filter(|word| word.starts_with('/')) {
        let place = tree.join(library.trim_start_matches('/'));
        make(place.parent().unwrap_or(tree))?;
        copy(Path::new(library), &place)?;
    }
    Ok(())
}

/// The tree as an initramfs (Documentation/driver-api/early-userspace/buffer-format.rst).
fn pack(tree: &Path, initramfs: &Path) -> Done {
    let file =
        fs::File::create(initramfs).map_err(|error| format!("{}: {error}", initramfs.display()))?;
    let packed = Command::new("sh")
        .args(["-c", "find . | cpio --quiet -o -H newc -R 0:0"])
        .current_dir(tree)
        .stdout(file)
        .status();
    match packed {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("cpio: {status}")),
        Err(error) => Err(format!("sh: {error}")),
    }
}

/// An empty disk with a file system.
fn format(disk: &Path) -> Done {
    let file = fs::File::create(disk).map_err(|error| format!("{}: {error}", disk.display()))?;
    file.set_len(DISK)
        .map_err(|error| format!("{}: {error}", disk.display()))?;
    output(program("mkfs.ext4")?.args(["-q", "-F"]).arg(disk))?;
    Ok(())
}

/// Run the machine to its end. Its console is ours; its exit code comes in a file.
fn boot(kernel: &Kernel, initramfs: &Path, disk: &Path, code: &Path) -> Done {
    eprintln!("virtual machine: Linux {}", kernel.release);
    let drive = format!("file={},format=raw,if=virtio,cache=unsafe", disk.display());
    let serial = format!("file:{}", code.display());
    let status = Command::new("timeout")
        .args(["--kill-after=5", LONGEST, "qemu-system-x86_64"])
        .args([
            "-accel",
            "tcg,thread=multi",
            "-cpu",
            "max",
            "-machine",
            "q35",
        ])
        .args(["-smp", "2", "-m", MEMORY, "-nodefaults", "-no-user-config"])
        .args(["-display", "none", "-no-reboot", "-kernel"])
        .arg(&kernel.image)
        .arg("-initrd")
        .arg(initramfs)
        .arg("-drive")
        .arg(drive)
        .arg("-append")
        .arg("console=ttyS0 quiet panic=-1 rdinit=/init mitigations=off random.trust_cpu=on")
        .args(["-chardev", "stdio,id=console,signal=off"])
        .args(["-serial", "chardev:console", "-serial"])
        .arg(serial)
        .stdin(Stdio::null())
        .status()
        .map_err(|error| format!("qemu: {error}"))?;
    let told = fs::read_to_string(code).unwrap_or_default();
    match (told.trim(), status.code()) {
        ("0", _) => Ok(()),
        ("", Some(124 | 137)) => Err(format!("virtual machine: not done after {LONGEST} s")),
        ("", _) => Err(format!(
            "virtual machine: ended without a result ({status})"
        )),
        (code, _) => Err(format!("virtual machine: not everything was ok ({code})")),
    }
}

fn program(name: &str) -> Done<Command> {
    let path = path_of(name).ok_or_else(|| format!("no {name} here"))?;
    Ok(Command::new(path))
}

/// What a command prints; its failure has its last line.
fn output(command: &mut Command) -> Done<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let done = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{name}: {error}"))?;
    if done.status.success() {
        return Ok(String::from_utf8_lossy(&done.stdout).into_owned());
    }
    let words = String::from_utf8_lossy(&done.stderr);
    let last = words.lines().last().unwrap_or("no word").to_owned();
    Err(format!("{name}: {} ({last})", done.status))
}

fn files(directory: &Path) -> Done<Vec<PathBuf>> {
    let entries =
        fs::read_dir(directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    Ok(files)
}

fn only_file(directory: &Path) -> Done<PathBuf> {
    only_file_with(directory, "")
}

fn only_file_with(directory: &Path, start: &str) -> Done<PathBuf> {
    files(directory)?
        .into_iter()
        .find(|file| {
            let name = file.file_name().unwrap_or_else(|| OsStr::new(""));
            name.to_string_lossy().starts_with(start)
        })
        .ok_or_else(|| format!("{}: nothing called {start}*", directory.display()))
}

fn make(directory: &Path) -> Done {
    fs::create_dir_all(directory).map_err(|error| format!("{}: {error}", directory.display()))
}

/// Copied to be run and read by everyone.
fn copy(from: &Path, to: &Path) -> Done {
    fs::copy(from, to).map_err(|error| format!("{}: {error}", from.display()))?;
    fs::set_permissions(to, fs::Permissions::from_mode(0o755))
        .map_err(|error| format!("{}: {error}", to.display()))
}
